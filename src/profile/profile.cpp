#include "profile/profile.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// {en: ..., zh: ...}
std::map<std::string, std::string> read_title(const Node& node) {
  std::map<std::string, std::string> title;
  for (const auto& [key, value] : node.entries()) title.emplace(key.name(), value.text());
  return title;
}

void read_parts(Reading& reading, Node root, const std::string& folder) {
  Profile& profile = reading.profile;
  const Node name = root.take("profile");
  profile.name = name.name();
  if (!folder.empty() && !profile.name.empty() && profile.name != folder)
    name.fault("the profile is " + shown(profile.name) + " and its folder " + shown(folder) +
               "; give both one name");
  profile.title = read_title(root.take("title"));
  if (const Node replaces = root.find("replaces")) profile.replaces = replaces.name();
  read_holder(reading, root.take("holder"));
  read_card(reading, root.take("card"));
  read_chip(reading, root.take("chip"));
  read_applications(reading, root.take("applications"));
  root.finish();
}

/// @param folder whose name the profile must have; empty where it stands in none of its own
Profile read(std::string_view text, const std::filesystem::path& name, const std::string& folder) {
  Faults faults(name, Code::profile_invalid);
  const std::optional<yaml::Yaml> tree = yaml::read_yaml(text, faults);
  if (!tree) faults.raise_if_any();

  Profile profile;
  Reading reading{.profile = profile, .faults = faults};
  const Node root(*tree, faults);
  read_parts(reading, root, folder);
  if (faults.count() != 0) {  // what a part that could not be read may refer to counts as used
    const std::vector<std::string> words = root.words();
    reading.used_fields.insert(words.begin(), words.end());
    reading.used_keys.insert(words.begin(), words.end());
  }
  check_applications(reading);
  check_access(reading);
  check_protection(reading);
  check_inspection(reading);
  check_room(reading);
  check_cycles(profile, faults);
  check_unused(reading);
  faults.raise_if_any();

  profile.file = name;
  profile.digest = crypto::digest(crypto::Hash::sha256, as_bytes(text));
  return profile;
}

}  // namespace

const Field* Profile::field(std::string_view wanted) const {
  const auto found = std::ranges::find(holder, wanted, &Field::name);
  return found == holder.end() ? nullptr : &*found;
}

const ChipKey* Chip::key(std::string_view wanted) const {
  for (const auto* keys : {&generates, &injects})
    if (const auto found = std::ranges::find(*keys, wanted, &ChipKey::name); found != keys->end())
      return &*found;
  return nullptr;
}

const channel::PaceInfo* Chip::proven_by_mapping() const {
  if (!access) return nullptr;
  for (const channel::PaceInfo& info : access->pace)
    if (info.protocol.mapping == channel::Mapping::chip_authentication) return &info;
  return nullptr;
}

Profile parse(std::string_view text, const std::filesystem::path& name) {
  return read(text, name, "");
}

Profile load(const std::filesystem::path& path) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  const std::filesystem::path file = is_folder ? path / "profile.yaml" : path;
  if (!std::filesystem::is_regular_file(file, error)) {
    Faults faults(file, Code::profile_invalid);
    faults.add({1, 1}, "there is no such file; name a profile or its folder");
    faults.raise_if_any();
  }
  const std::filesystem::path folder = is_folder ? std::filesystem::canonical(path, error) : "";
  return read(yaml::read_text(file), file, folder.filename().string());
}

}  // namespace perso::profile
