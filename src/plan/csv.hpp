// CSV (RFC 4180) row by row, strict and bounded; and a row as a line.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace perso::plan {

/// Calls `take` with the number (from 1) and the cells of each row that is not blank. Cells are any bytes,
/// for `text_fault` to judge, and some 9 KB at most; blanks around an unquoted one are gone, and so is a byte
/// order mark. An Error that `take` throws ends it and passes through.
/// @throws Error Code::order_invalid: "FILE row N: ..." for broken quotes, more rows or columns than rows.hpp
/// allows, or a cell without end
void for_each_csv_row(
    const std::filesystem::path& file,
    const std::function<void(std::size_t row, const std::vector<std::string>& cells)>& take);

/// A row as a line, LF at its end. Values that need quotes get them.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace perso::plan
