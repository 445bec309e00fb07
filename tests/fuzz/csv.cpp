// Batches in CSV: plan::for_each_csv_row and plan::read_batch.
#include "plan/csv.hpp"

#include "fuzz/batch.hpp"

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::filesystem::path& file) {
  Rows rows;
  perso::plan::for_each_csv_row(file, [&](std::size_t, const std::vector<std::string>& cells) {
    // A row of one empty cell would be a blank line.
    if (cells != std::vector<std::string>{""}) rows.push_back(cells);
  });
  return rows;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace perso;
  static const fuzz::BatchFolder folder;
  const std::filesystem::path file = folder.write("orders.csv", {data, size});
  fuzz::accepted([&] {
    // Below a header, as files of rows are written: at the very beginning a byte order mark would be taken
    // away.
    Rows rows{{"header"}};
    for (auto& cells : rows_of(file)) rows.push_back(std::move(cells));
    std::string text;
    for (const auto& cells : rows) text += plan::csv_line(cells);
    fuzz::hold(rows_of(folder.write("again.csv", as_bytes(text))) == rows,
               "rows that were read are written so that they are read again");
  });
  fuzz::read_as_batch(file);
  return 0;
}
