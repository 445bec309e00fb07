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

void read_parts(Reading& reading, Node root) {
  Profile& profile = reading.profile;
  profile.name = root.take("profile").name();
  profile.title = read_title(root.take("title"));
  if (const Node replaces = root.find("replaces")) profile.replaces = replaces.name();
  read_holder(reading, root.take("holder"));
  read_card(reading, root.take("card"));
  read_chip(reading, root.take("chip"));
  read_applications(reading, root.take("applications"));
  root.finish();
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

Profile parse(std::string_view text, const std::filesystem::path& name) {
  Faults faults(name, Code::profile_invalid);
  const std::optional<yaml::Yaml> tree = yaml::read_yaml(text, faults);
  if (!tree) faults.raise_if_any();

  Profile profile;
  Reading reading{.profile = profile, .faults = faults};
  read_parts(reading, Node(*tree, faults));
  const bool whole = faults.count() == 0;
  check_applications(profile, faults);
  check_access(reading);
  check_room(reading);
  if (whole) {  // of a part that could not be read nobody knows what it refers to
    check_cycles(profile, faults);
    check_unused(reading);
  }
  faults.raise_if_any();

  profile.file = name;
  profile.digest = crypto::digest(crypto::Hash::sha256, as_bytes(text));
  return profile;
}

Profile load(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path file =
      std::filesystem::is_directory(path, error) ? path / "profile.yaml" : path;
  if (!std::filesystem::is_regular_file(file, error)) {
    Faults faults(file, Code::profile_invalid);
    faults.add({1, 1}, "there is no such file; name a profile or its folder");
    faults.raise_if_any();
  }
  return parse(yaml::read_text(file), file);
}

}  // namespace perso::profile
