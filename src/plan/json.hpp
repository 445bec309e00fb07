// Objects of text, one after the other out of a JSON file: strict, bounded, and never more than one of them
// in memory.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace perso::plan {

using JsonObject = std::map<std::string, std::string, std::less<>>;

/// Calls `take` with the number (from 1) and the members of each object of the file: of a single array, or of
/// objects one after the other. A value is text: no number, no null, nothing nested; and no name stands twice
/// in an object. An Error that `take` throws ends it and passes through.
/// @throws Error Code::order_invalid: "FILE object N: ..." for what is not so, for broken JSON or UTF-8, or
/// what is above the limits of rows.hpp
void for_each_json_object(const std::filesystem::path& file,
                          const std::function<void(std::size_t number, const JsonObject& members)>& take);

}  // namespace perso::plan
