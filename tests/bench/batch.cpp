#include "bench/batch.hpp"

#include <fmt/os.h>
#include <turbojpeg.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "identity/number.hpp"

namespace perso::bench {

namespace {

constexpr int width = 358, height = 441;  // as the profile wants them
constexpr std::size_t portraits = 8;

/// Flat grey, some two thousand bytes.
void write_portrait(const std::filesystem::path& file, unsigned char grey) {
  const std::vector<unsigned char> pixels(std::size_t{width} * height, grey);
  const std::unique_ptr<void, int (*)(tjhandle)> compressor(tjInitCompress(), tjDestroy);
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  const bool made = tjCompress2(compressor.get(), pixels.data(), width, 0, height, TJPF_GRAY, &jpeg, &size,
                                TJSAMP_GRAY, 75, 0) == 0;
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(jpeg, tjFree);
  std::ofstream out(file, std::ios::binary);
  if (made) out.write(reinterpret_cast<const char*>(jpeg), static_cast<std::streamsize>(size));
  if (!made || !out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

std::filesystem::path write_batch(const std::filesystem::path& folder, std::size_t orders) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < portraits; ++i)
    write_portrait(folder / fmt::format("{}.jpg", i), static_cast<unsigned char>(64 + 16 * i));

  const std::filesystem::path csv = folder / "orders.csv";
  auto out = fmt::output_file(csv.string());
  out.print("order,reason,latin_name,sex,birth_date,nationality,number,issued,portrait\n");
  for (std::size_t i = 0; i < orders; ++i) {
    // A thousand people were born on the first of each month.
    const std::size_t month = i / 1000 % 12 + 1, year = 1940 + i / 12000;
    const std::string digits = fmt::format("911840{:04}{:02}01{:03}", year, month, i % 1000);
    out.print("BENCH-{:07},first-issue,\"SPECIMEN, NUMBER\",F,{:04}-{:02}-01,USA,{}{},2026-10-12,{}.jpg\n", i,
              year, month, digits, identity::check_character_18(digits), i % portraits);
  }
  return csv;
}

}  // namespace perso::bench
