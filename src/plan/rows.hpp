// What the rows of a batch may hold, whatever kind of file they stand in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace perso::plan {

inline constexpr std::size_t max_value_bytes = 1024;
inline constexpr std::size_t max_columns = 64;
inline constexpr std::size_t max_rows = 1'000'000;

/// What is wrong with the text of a value: longer than `max_value_bytes`, a control character, no UTF-8.
/// nullopt where nothing is. What it says follows the place of the value, and shows nothing of it.
std::optional<std::string> text_fault(std::string_view value);
/// The first of these.
std::string too_long_text();

}  // namespace perso::plan
