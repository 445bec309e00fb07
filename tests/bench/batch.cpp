#include "bench/batch.hpp"

#include <fmt/os.h>

#include <fstream>
#include <stdexcept>

#include "identity/number.hpp"

namespace perso::bench {

std::filesystem::path write_batch(const std::filesystem::path& folder, std::size_t orders,
                                  const std::vector<Bytes>& portraits) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < portraits.size(); ++i) {
    std::ofstream out(folder / fmt::format("{}.jpg", i), std::ios::binary);
    out.write(reinterpret_cast<const char*>(portraits[i].data()),
              static_cast<std::streamsize>(portraits[i].size()));
    if (!out.flush()) throw std::runtime_error("cannot write into " + folder.string());
  }

  const std::filesystem::path csv = folder / "orders.csv";
  auto out = fmt::output_file(csv.string());
  out.print("order,reason,latin_name,sex,birth_date,nationality,number,issued,portrait\n");
  for (std::size_t i = 0; i < orders; ++i) {
    // A thousand people were born on the first of each month.
    const std::size_t month = i / 1000 % 12 + 1, year = 1940 + i / 12000;
    const std::string digits = fmt::format("911840{:04}{:02}01{:03}", year, month, i % 1000);
    out.print("BENCH-{:07},first-issue,\"SPECIMEN, NUMBER\",F,{:04}-{:02}-01,USA,{}{},2026-10-12,{}.jpg\n", i,
              year, month, digits, identity::check_character_18(digits), i % portraits.size());
  }
  return csv;
}

}  // namespace perso::bench
