// YAML as our files may use it: mappings, lists and scalars with their places. Anchors, aliases and tags are
// refused, so that what is written is what is read and a small file stays small; keys that stand twice are
// found.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/faults.hpp"

namespace perso::yaml {

/// One node of the tree.
struct Yaml {
  enum class Kind { nothing, scalar, list, mapping };
  Kind kind = Kind::nothing;
  Place place = {};
  std::string text = {};                            // scalar
  bool quoted = false;                              // scalar in quotes, or a block: text and never a number
  std::vector<Yaml> items = {};                     // list
  std::vector<std::pair<Yaml, Yaml>> entries = {};  // mapping: in the file's order; the keys are scalars
};

inline constexpr std::size_t max_yaml_bytes = 1024 * 1024;
inline constexpr std::size_t max_yaml_depth = 16;

/// The file as text; of a larger one than a file may be, one byte more, so that its size is what is wrong
/// with it. Empty where there is none. @throws Error Code::malformed where reading it fails
std::string read_text(const std::filesystem::path& file);

/// Reads the one document in `text`; of an empty one `nothing` at 1:1. nullopt, and one fault more, where it
/// cannot be read. A key that stands twice is a fault, and the first one counts.
std::optional<Yaml> read_yaml(std::string_view text, Faults& faults);

}  // namespace perso::yaml
