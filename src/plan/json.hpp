// Objects, one after the other out of a JSON file: strict, bounded, and never more than one of them in
// memory.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace perso::plan {

/// A name may stand twice in an object, and names and values are for `text_fault` to judge.
struct JsonMember {
  std::string name;
  std::string value;    // some 16 KB at most
  bool is_text = true;  // else `value` is JSON: a number, null, something nested; the latter may be cut
};
using JsonObject = std::vector<JsonMember>;

/// Calls `take` with the number (from 1) and the members of each object of the file: of a single array, or of
/// objects one after the other. An Error that `take` throws ends it and passes through.
/// @throws Error Code::order_invalid: "FILE object N: ..." for something other than objects, broken JSON or
/// UTF-8, more objects or members than rows.hpp allows, or a token without end
void for_each_json_object(const std::filesystem::path& file,
                          const std::function<void(std::size_t number, const JsonObject& members)>& take);

}  // namespace perso::plan
