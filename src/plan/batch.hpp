// Batches of orders as a customer hands them over: CSV or JSON, portraits as files beside them.
//
// CSV (RFC 4180, UTF-8, CRLF or LF): the header line, row 1, names the columns: `order`, `reason` and the
// profile's fields. JSON (a file whose name ends in .json or .jsonl, in any case): objects one after the
// other, or one array of objects; their members have the same names, their values are text. In both an empty
// value is one left out, the portrait's is the name of a file in the batch's folder, and `reasons`, which a
// list of refused rows has more, is not looked at. One row is held at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "plan/order.hpp"

namespace perso::plan {

/// What taking orders in needs besides the batch.
struct Intake {
  const profile::Profile& profile;
  Instant now;
  Random& random;
};

/// A row that makes no order.
struct Rejected {
  std::string where;  // "orders.csv row 7 (A-7)"
  std::vector<Fault> faults;
  std::vector<std::string> columns;  // CSV: the header; JSON: order, reason and the profile's fields
  std::vector<std::string> values;   // as many
  std::vector<std::string> surplus;  // what stands in none of them: further cells, or JSON's `name: value`
};

/// The column that tells why a row was refused.
inline constexpr std::string_view reasons_column = "reasons";

/// Rows with faults whose faults are told together.
inline constexpr std::size_t max_rows_told = 100;

/// Calls `take` for each good order, filled in and checked, and `reject` for each other row, in the file's
/// order. A row is also refused for bytes that are no text, and a JSON object for values that are none. Ids
/// that stand twice are the ledger's to find, which knows all that ever were: a row that `take` refuses with
/// order_duplicate is rejected. Whatever else the two throw passes through.
/// @throws Error order_invalid, "FILE row N: ...", for a file whose structure is broken or beyond the limits
/// of rows.hpp, or that has not the columns that the profile needs; the faults of the first rows that were
/// refused before stand above
void read_batch(const std::filesystem::path& file, const Intake& intake,
                const std::function<void(Order&&)>& take, const std::function<void(const Rejected&)>& reject);

/// The same for who takes all or nothing.
/// @throws Error at the end of the file, or at the hundredth bad row, with the faults of all of them, a line
/// each: order_invalid, portrait_invalid or order_duplicate, "FILE row N (ORDER), field F ..."
void read_batch(const std::filesystem::path& file, const Intake& intake,
                const std::function<void(Order&&)>& take);

}  // namespace perso::plan
