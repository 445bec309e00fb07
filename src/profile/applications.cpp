// Applications and their files.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_unlimited = 64;  // files and applications, where the platform is not known

/// Who may read. Nobody writes after the lock.
std::optional<Access> read_access(const Reading& reading, const Node& node) {
  if (!node) return std::nullopt;
  const auto access = node.choice(accesses);
  const platform::Platform* platform = reading.profile.chip.platform;
  if (access && platform != nullptr &&
      std::ranges::find(platform->read_access, node.text()) == platform->read_access.end()) {
    node.fault("platform " + std::string(platform->name) + " has no read access \"" + node.text() +
               "\"; use one of " + joined(platform->read_access));
    return std::nullopt;
  }
  if (access == Access::access_control && !reading.profile.chip.access)
    node.fault("nothing says what opens the chip; add access: under chip:");
  return access;
}

/// 0 for a fault: no file has it.
iso7816::Fid read_fid(const Node& node) {
  const auto bytes = node.hex(2, 2);
  if (!bytes) return {};
  if (be16(*bytes) == 0) node.fault("\"0000\" is no file's id (ISO/IEC 7816-4); choose another");
  return iso7816::Fid{be16(*bytes)};
}

std::optional<iso7816::ShortFid> read_short_fid(const Reading& reading, const Node& node) {
  if (!node) return std::nullopt;
  const platform::Platform* platform = reading.profile.chip.platform;
  if (platform != nullptr && !platform->short_ids)
    node.fault("platform " + std::string(platform->name) + " has no short file ids; leave it out");
  const auto byte = node.hex(1, 1);
  if (!byte) return std::nullopt;
  if (byte->front() >= 1 && byte->front() <= 30) return iso7816::ShortFid{byte->front()};
  node.fault("a short file id is \"01\" to \"1E\"; choose one of these");
  return std::nullopt;
}

/// Why everybody may read, in words.
std::string read_reason(const Node& node) {
  std::string reason = node.quoted_text();
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  };
  if (!reason.empty() && std::ranges::none_of(reason, is_letter))
    node.fault("this is no reason; say in words why everybody may read");
  return reason;
}

/// A file without its contents, which come when all files are known.
struct Named {
  File file;
  Node content;
  bool access_known = true;  // without a fault
};

Named read_file(const Reading& reading, const Node& key, Node node, std::optional<Access> read) {
  File file;
  file.name = key.name();
  file.place = key.place();
  file.content = Literal{};
  file.fid = read_fid(node.take("id"));
  file.short_fid = read_short_fid(reading, node.find("short"));
  if (const Node size = node.find("size")) file.size = size.number(1, 65535);
  const Node own = node.find("read");
  const std::optional<Access> access = own ? read_access(reading, own) : read;
  file.read = access.value_or(Access::never);
  Named named{std::move(file), node.take("content"), access.has_value()};
  node.finish();
  return named;
}

iso7816::Aid read_aid(const platform::Platform* platform, const Node& node) {
  const auto bytes = node.hex(5, 16);
  if (!bytes) return unknown_aid();
  iso7816::Aid aid(*bytes);
  if (platform == nullptr || platform->applications.empty() ||
      std::ranges::find(platform->applications, aid.hex()) != platform->applications.end())
    return aid;
  node.fault("platform " + std::string(platform->name) + " has the application \"" +
             std::string(platform->applications.front()) + "\" alone; use that one");
  return unknown_aid();
}

/// aid: "A0000002471001", or master_file: true
iso7816::Aid read_place(const platform::Platform* platform, Node& node) {
  const Node master = node.find("master_file");
  if (!master) return read_aid(platform, node.take("aid"));
  master.only_true("master_file");
  node.find("aid").fault("the master file has no aid; leave it out, or master_file");
  if (platform != nullptr && !platform->master_file)
    master.fault("platform " + std::string(platform->name) +
                 " has no master file to write to; leave this application out");
  return iso7816::Aid::master_file();
}

/// @param contents of its files, in their order
Application read_application(Reading& reading, Node node, std::vector<Node>& contents) {
  const Place place = node.place();
  std::string name = node.take("name").name();
  const platform::Platform* platform = reading.profile.chip.platform;
  Application application{.name = std::move(name),
                          .aid = read_place(platform, node),
                          .files = {},
                          .open_to_all = {},
                          .place = place};
  const std::optional<Access> read = read_access(reading, node.take("read"));
  if (const Node reason = node.find("open_to_all")) application.open_to_all = read_reason(reason);
  const std::size_t most = platform == nullptr ? most_unlimited : platform->max_files;
  for (const auto& [key, value] : node.take("files").entries()) {
    if (application.files.size() == most) {
      key.fault("this file is beyond the platform's limit of " + std::to_string(most) +
                " in an application; remove it and those after it");
      break;
    }
    auto [file, content, access_known] = read_file(reading, key, value, read);
    if (!access_known)
      reading.unclear.insert({reading.profile.applications.size(), application.files.size()});
    application.files.push_back(std::move(file));
    contents.push_back(std::move(content));
  }
  node.finish();
  return application;
}

/// A signature of LDS 1.8 repeats the Unicode version of EF.COM.
void complete_signatures(Application& application) {
  for (File& file : application.files) {
    auto* sod = std::get_if<Sod>(&file.content);
    if (sod == nullptr || sod->lds_version != "0108") continue;
    for (const File& other : application.files)
      if (const auto* com = std::get_if<Com>(&other.content)) sod->unicode_version = com->unicode_version;
  }
}

}  // namespace

void read_applications(Reading& reading, const Node& node) {
  auto& applications = reading.profile.applications;
  std::vector<std::vector<Node>> contents;
  const platform::Platform* platform = reading.profile.chip.platform;
  const std::size_t most = platform == nullptr ? most_unlimited : platform->max_applications;
  // The master file is there anyway.
  const auto is_made = [](const Application& application) { return !application.aid.is_master_file(); };
  for (const Node& item : node.items()) {
    if (static_cast<std::size_t>(std::ranges::count_if(applications, is_made)) >= most) {
      item.fault("this application is beyond the platform's limit of " + std::to_string(most) +
                 "; remove it and those after it");
      break;
    }
    applications.push_back(read_application(reading, item, contents.emplace_back()));
  }
  for (std::size_t i = 0; i < applications.size(); ++i)
    for (std::size_t j = 0; j < contents[i].size(); ++j) {
      const std::size_t faults_before = reading.faults.count();
      auto content = read_content(reading, contents[i][j], i);
      if (!content || reading.faults.count() != faults_before) reading.unclear.insert({i, j});
      if (content) applications[i].files[j].content = std::move(*content);
    }
  std::ranges::for_each(applications, complete_signatures);
}

}  // namespace perso::profile
