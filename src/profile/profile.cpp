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

}  // namespace

const Field* Profile::field(std::string_view wanted) const {
  const auto found = std::ranges::find(holder, wanted, &Field::name);
  return found == holder.end() ? nullptr : &*found;
}

Profile parse(std::string_view text, const std::filesystem::path& name) {
  Faults faults(name, Code::profile_invalid);
  const std::optional<yaml::Yaml> tree = yaml::read_yaml(text, faults);
  if (!tree) faults.raise_if_any();

  Profile profile;
  Reading reading{profile, faults, {}};
  Node root(*tree, faults);
  profile.name = root.take("profile").name();
  profile.title = read_title(root.take("title"));
  if (const Node replaces = root.find("replaces")) profile.replaces = replaces.name();
  read_holder(reading, root.take("holder"));
  read_chip(reading, root.take("chip"));
  read_applications(reading, root.take("applications"));
  root.finish();
  check_applications(profile, faults);
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
