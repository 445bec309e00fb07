// Applications and their files.
#include <algorithm>
#include <set>

#include "bytes/error.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::array<Choice<Access>, 2> accesses{{{"always", Access::always}, {"never", Access::never}}};

/// Who may read. Nobody writes after the lock.
std::optional<Access> read_access(const Reading& reading, const Node& node) {
  if (!node) return std::nullopt;
  const auto access = node.choice(accesses);
  const platform::Platform* platform = reading.profile.chip.platform;
  if (access && platform != nullptr &&
      std::ranges::find(platform->read_access, node.text()) == platform->read_access.end())
    node.fault("the platform has no read access \"" + node.text() + "\"; choose another");
  return access;
}

std::optional<iso7816::Fid> read_fid(const Node& node) {
  const auto bytes = node.hex(2, 2);
  if (!bytes) return std::nullopt;
  return iso7816::Fid{be16(*bytes)};
}

std::optional<iso7816::ShortFid> read_short_fid(const Node& node) {
  const auto byte = node.hex(1, 1);
  if (!byte) return std::nullopt;
  if (byte->front() < 1 || byte->front() > 30) {
    node.fault("a short file id is \"01\" to \"1E\"; choose one of these");
    return std::nullopt;
  }
  return iso7816::ShortFid{byte->front()};
}

std::optional<File> read_file(const Reading& reading, const Node& key, Node node, Access read) {
  File file;
  file.name = key.name();
  file.place = key.place();
  const auto fid = read_fid(node.take("id"));
  file.short_fid = read_short_fid(node.find("short"));
  file.read = read_access(reading, node.find("read")).value_or(read);
  auto content = read_content(reading, node.take("content"));
  node.finish();
  if (!fid || !content) return std::nullopt;
  file.fid = *fid;
  file.content = std::move(*content);
  return file;
}

std::optional<Application> read_application(const Reading& reading, Node node) {
  const Place place = node.place();
  std::string name = node.take("name").name();
  const auto aid = node.take("aid").hex(5, 16);
  const Access read = read_access(reading, node.take("read")).value_or(Access::always);
  std::vector<File> files;
  for (const auto& [key, value] : node.take("files").entries())
    if (auto file = read_file(reading, key, value, read)) files.push_back(std::move(*file));
  node.finish();
  if (!aid) return std::nullopt;
  return Application{std::move(name), iso7816::Aid(*aid), std::move(files), place};
}

/// The file of the eMRTD application that a kind of content is; nullptr for one that may stand anywhere.
const lds::LdsFile* lds_file_of(const Content& content) {
  struct Visitor {
    const lds::LdsFile* operator()(const Com&) const { return lds::find_fid({0x011E}); }
    const lds::LdsFile* operator()(const Sod&) const { return lds::find_fid({0x011D}); }
    const lds::LdsFile* operator()(const Mrz&) const { return lds::find_data_group(1); }
    const lds::LdsFile* operator()(const Face&) const { return lds::find_data_group(2); }
    const lds::LdsFile* operator()(const ChipPublicKey&) const { return lds::find_data_group(15); }
    const lds::LdsFile* operator()(const Image&) const { return nullptr; }
    const lds::LdsFile* operator()(const Record&) const { return nullptr; }
  };
  return std::visit(Visitor{}, content);
}

std::string hex_of(iso7816::Fid fid) {
  return to_hex(Bytes{static_cast<std::uint8_t>(fid.value >> 8), static_cast<std::uint8_t>(fid.value)});
}

/// The most bytes of a file, where the profile tells.
std::size_t size_of(const Content& content, const Profile& profile) {
  const auto portrait = [&](const std::string& name) {
    const Field* field = profile.field(name);
    return field == nullptr ? 0 : field->portrait.max_bytes;
  };
  if (const auto* record = std::get_if<Record>(&content)) return record->size;
  if (const auto* image = std::get_if<Image>(&content)) return portrait(image->portrait);
  if (const auto* face = std::get_if<Face>(&content)) return portrait(face->portrait) + lds::dg2_overhead;
  return 0;
}

void check_file(const File& file, const Profile& profile, Faults& faults) {
  const platform::Platform* platform = profile.chip.platform;
  if (const lds::LdsFile* standard = lds_file_of(file.content);
      standard != nullptr && standard->fid != file.fid)
    faults.add(file.place, "content of this kind is " + std::string(standard->name) + " with the id \"" +
                               hex_of(standard->fid) + "\" (ICAO 9303-10); correct the id");
  if (platform == nullptr) return;
  if (std::ranges::find(platform->reserved_fids, file.fid.value) != platform->reserved_fids.end())
    faults.add(file.place,
               "the platform keeps the id \"" + hex_of(file.fid) + "\" for itself; choose another");
  if (size_of(file.content, profile) > platform->max_file_size)
    faults.add(file.place, "the file may take " + std::to_string(size_of(file.content, profile)) +
                               " bytes, the platform's files " + std::to_string(platform->max_file_size) +
                               "; make it smaller");
}

void check_application(const Application& application, const Profile& profile, Faults& faults) {
  std::set<iso7816::Fid> fids;
  std::set<iso7816::ShortFid> short_fids;
  for (const File& file : application.files) {
    check_file(file, profile, faults);
    if (!fids.insert(file.fid).second)
      faults.add(file.place,
                 "another file of this application has the id \"" + hex_of(file.fid) + "\"; choose another");
    if (file.short_fid && !short_fids.insert(*file.short_fid).second)
      faults.add(file.place, "another file of this application has the same short id; choose another");
  }
  const platform::Platform* platform = profile.chip.platform;
  if (platform != nullptr && application.files.size() > platform->max_files)
    faults.add(application.place, "the application has " + std::to_string(application.files.size()) +
                                      " files, the platform allows " + std::to_string(platform->max_files) +
                                      "; remove some");

  const auto is_data_group = [](const File& file) {
    const lds::LdsFile* standard = lds::find_fid(file.fid);
    return standard != nullptr && standard->data_group != 0;
  };
  const auto sod = std::ranges::find_if(
      application.files, [](const File& file) { return std::holds_alternative<Sod>(file.content); });
  if (sod != application.files.end() && std::ranges::count_if(application.files, is_data_group) < 2)
    faults.add(
        sod->place,
        "EF.SOD signs two data groups or more (ICAO 9303-10 4.6.2), and the application has fewer; add them");
}

}  // namespace

void read_applications(Reading& reading, const Node& node) {
  for (const Node& item : node.items())
    if (auto application = read_application(reading, item))
      reading.profile.applications.push_back(std::move(*application));
}

void check_applications(const Profile& profile, Faults& faults) {
  std::set<iso7816::Aid> aids;
  std::set<std::string> names;
  std::size_t total = 0;
  for (const Application& application : profile.applications) {
    if (!aids.insert(application.aid).second)
      faults.add(application.place, "another application has the same aid; choose another");
    if (!names.insert(application.name).second)
      faults.add(application.place, "another application has the same name; choose another");
    check_application(application, profile, faults);
    for (const File& file : application.files) total += size_of(file.content, profile);
  }
  if (profile.chip.memory != 0 && total > profile.chip.memory)
    faults.add(profile.applications.front().place,
               "the files may take " + std::to_string(total) + " bytes, the chip has " +
                   std::to_string(profile.chip.memory) + "; make them smaller");
}

}  // namespace perso::profile
