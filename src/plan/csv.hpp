// CSV (RFC 4180) row by row, strict and bounded.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace perso::plan {

inline constexpr std::size_t max_csv_cell = 1024;  // bytes
inline constexpr std::size_t max_csv_columns = 64;
inline constexpr std::size_t max_csv_rows = 1'000'000;

/// Calls `take` with the number (from 1) and the cells of each row that is not blank. Cells are UTF-8 without
/// control characters; blanks around an unquoted one are gone, and so is a byte order mark. An Error that
/// `take` throws ends it and passes through.
/// @throws Error Code::order_invalid: "FILE row N: ..." for broken quotes, another encoding, or what is above
/// the limits
void for_each_csv_row(
    const std::filesystem::path& file,
    const std::function<void(std::size_t row, const std::vector<std::string>& cells)>& take);

}  // namespace perso::plan
