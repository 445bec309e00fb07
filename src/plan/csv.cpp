#include "plan/csv.hpp"

#include <csv.h>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>

#include "bytes/error.hpp"
#include "plan/rows.hpp"

namespace perso::plan {

namespace {

constexpr std::size_t chunk_size = 4096;
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

using Take = std::function<void(std::size_t, const std::vector<std::string>&)>;

/// One file through libcsv. Its callbacks are C and must not be left by an exception: the first one is kept,
/// what follows in the chunk is dropped, and `feed` throws it.
class Parser {
 public:
  Parser(std::string file, const Take& take) : file_(std::move(file)), take_(take) {
    if (csv_init(&csv_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) fail("cannot be read");
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { csv_free(&csv_); }

  void feed(std::string_view chunk) {
    const std::size_t parsed = csv_parse(&csv_, chunk.data(), chunk.size(), on_cell, on_row, this);
    if (caught_) std::rethrow_exception(caught_);
    if (parsed != chunk.size())
      fail("has quotes that are not closed or stand inside a value; double them or take them out");
    // The buffer holds the cell in hand: it is judged before it grows on.
    if (csv_get_buffer_size(&csv_) > max_value_bytes + 2 * chunk_size) fail(too_long_text());
  }

  void finish() {
    const bool closed = csv_fini(&csv_, on_cell, on_row, this) == 0;
    if (caught_) std::rethrow_exception(caught_);
    if (!closed) fail("ends inside quotes; close them");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Code::order_invalid, file_ + " row " + std::to_string(row_) + ": " + what);
  }

  static void on_cell(void* data, std::size_t size, void* self) {
    static_cast<Parser*>(self)->guarded([&](Parser& parser) {
      parser.add({static_cast<const char*>(data), size});
    });
  }
  static void on_row(int terminator, void* self) {
    static_cast<Parser*>(self)->guarded([&](Parser& parser) { parser.end_row(terminator); });
  }
  template <typename Action>
  void guarded(const Action& action) noexcept {
    if (caught_) return;
    try {
      action(*this);
    } catch (...) {
      caught_ = std::current_exception();
    }
  }

  void add(std::string_view cell) {
    if (row_ > max_rows) fail("is one more than a batch may have; make two batches");
    if (cells_.size() == max_columns)
      fail("has more than " + std::to_string(max_columns) + " columns; check its commas");
    cells_.emplace_back(cell);
  }

  void end_row(int terminator) {
    // CRLF comes as a row that CR ends and a blank one that LF ends.
    const bool half_of_crlf = cells_.empty() && terminator == CSV_LF && last_terminator_ == CSV_CR;
    last_terminator_ = half_of_crlf ? CSV_LF : terminator;
    if (half_of_crlf) return;
    if (!cells_.empty()) take_(row_, cells_);
    cells_.clear();
    ++row_;
  }

  std::string file_;
  const Take& take_;
  csv_parser csv_{};
  std::exception_ptr caught_;
  std::vector<std::string> cells_;
  std::size_t row_ = 1;
  int last_terminator_ = 0;
};

}  // namespace

void for_each_csv_row(const std::filesystem::path& file, const Take& take) {
  std::error_code error;
  std::ifstream in;
  if (std::filesystem::is_regular_file(file, error)) in.open(file, std::ios::binary);
  if (!in.is_open())
    throw Error(Code::order_invalid, file.string() + ": there is no such file; name a batch in CSV");
  Parser parser(file.string(), take);
  std::array<char, chunk_size> buffer;
  for (bool first = true;; first = false) {
    in.read(buffer.data(), buffer.size());
    std::string_view chunk(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (first && chunk.starts_with(byte_order_mark)) chunk.remove_prefix(byte_order_mark.size());
    if (in.bad()) throw Error(Code::order_invalid, file.string() + ": cannot be read; look at its disk");
    if (chunk.empty()) break;
    parser.feed(chunk);
  }
  parser.finish();
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) line += ',';
    const bool quoted = cell.find_first_of(",\"\r\n") != std::string::npos ||
                        (!cell.empty() && (is_blank(cell.front()) || is_blank(cell.back())));
    if (quoted) line += '"';
    for (const char c : cell) line += c == '"' ? "\"\"" : std::string(1, c);
    if (quoted) line += '"';
  }
  return line + '\n';
}

}  // namespace perso::plan
