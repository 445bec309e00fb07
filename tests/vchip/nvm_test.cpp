#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "bytes/error.hpp"
#include "test_chip.hpp"
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {
namespace {

namespace fs = std::filesystem;

struct TemporaryFolder {
  fs::path path = fs::path(PERSO_BINARY_DIR) / "nvm-test";
  TemporaryFolder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~TemporaryFolder() { fs::remove_all(path); }
};

std::vector<std::string> records_of(const Nvm& nvm) {
  std::vector<std::string> records;
  nvm.replay([&](ByteView record) { records.push_back(to_hex(record)); });
  return records;
}

TEST_CASE("Nvm: every prefix of the log holds the whole records before it") {
  Nvm nvm;
  const std::vector<std::string> written = {"01", "0203", std::string(2 * 300, 'A'), "04"};
  std::vector<std::size_t> ends;
  for (const std::string& record : written) {
    nvm.append(from_hex(record));
    ends.push_back(nvm.log().size());
  }
  CHECK(to_hex(nvm.log().first(7)) ==
        "000101915DD8C5");  // CRC-32 of 000101, as python3's zlib.crc32 computes it
  for (std::size_t cut = 0; cut <= nvm.log().size(); ++cut) {
    CAPTURE(cut);
    const ByteView prefix = nvm.log().first(cut);
    const auto whole =
        static_cast<std::size_t>(std::ranges::count_if(ends, [&](std::size_t end) { return end <= cut; }));
    Nvm torn = Nvm::from_log(Bytes(prefix.begin(), prefix.end()));
    CHECK(records_of(torn) ==
          std::vector<std::string>(written.begin(), written.begin() + static_cast<std::ptrdiff_t>(whole)));
    torn.append(from_hex("55"));
    CHECK(records_of(torn).back() == "55");
  }
}

TEST_CASE("Nvm: a damaged byte ends the log before its record") {
  Nvm nvm;
  for (const char* record : {"0101", "0202", "0303"}) nvm.append(from_hex(record));
  const std::size_t size = nvm.log().size() / 3;
  for (std::size_t at = size; at < 2 * size; ++at) {
    CAPTURE(at);
    Bytes log(nvm.log().begin(), nvm.log().end());
    log[at] ^= 0x10;
    CHECK(records_of(Nvm::from_log(log)) == std::vector<std::string>{"0101"});
  }
}

TEST_CASE("Nvm: the power budget") {
  for (std::size_t bytes = 0; bytes < 8; ++bytes) {
    Nvm nvm;
    nvm.cut_power_after_bytes(bytes);
    CHECK_THROWS_AS(nvm.append(from_hex("0101")), PowerLoss);
    CHECK(nvm.log().size() == bytes);
    nvm.drop_torn_tail();
    CHECK(nvm.log().empty());
    CHECK_NOTHROW(nvm.append(from_hex("0101")));
  }
  Nvm nvm;
  nvm.cut_power_after_records(2);
  nvm.append(from_hex("01"));
  nvm.append(from_hex("02"));
  CHECK_THROWS_AS(nvm.append(from_hex("03")), PowerLoss);
  CHECK(records_of(nvm) == std::vector<std::string>{"01", "02"});
}

TEST_CASE("Nvm: in a file") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.chip";
  {
    Nvm nvm = Nvm::create(file);
    nvm.append(from_hex("0101"));
    nvm.append(from_hex("0202"));
    nvm.cut_power_after_bytes(5);
    CHECK_THROWS_AS(nvm.append(from_hex("0303")), PowerLoss);
  }
  CHECK(fs::file_size(file) == 2 * 8 + 5);
  {
    Nvm nvm = Nvm::open(file);
    CHECK(fs::file_size(file) == 2 * 8);
    CHECK(records_of(nvm) == std::vector<std::string>{"0101", "0202"});
    nvm.replace({from_hex("0A"), from_hex("0B")});
    nvm.append(from_hex("0C"));
  }
  CHECK(records_of(Nvm::open(file)) == std::vector<std::string>{"0A", "0B", "0C"});
  CHECK_THROWS_AS(Nvm::create(file), Error);
  CHECK_THROWS_AS(Nvm::open(folder.path / "none.chip"), Error);
  CHECK_THROWS_AS(Nvm::open(folder.path), Error);
  fs::resize_file(file, Nvm::max_log + 1);
  CHECK_THROWS_AS(Nvm::open(file), Error);
}

TEST_CASE("Chip: a file appears under its name only when it is whole, and is never replaced") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "a.chip";
  Chip::make_file(test::blank_chip(), file);
  CHECK_FALSE(fs::exists(folder.path / "a.chip.new"));
  CHECK_THROWS_AS(Chip::make_file(test::blank_chip(), file), Error);
  test::Bench bench(Nvm::open(file));
  bench.personalize();
  bench.lock();
  test::Bench again(Nvm::open(file));
  CHECK(again.chip.life() == LifeCycle::issued);
}

TEST_CASE("State: what is no chip's memory is refused") {
  const char* logs[] = {
      "",      // no birth
      "07FF",  // a life cycle before the birth
  };
  for (const char* log : logs) {
    Nvm nvm;
    if (*log != 0) nvm.append(from_hex(log));
    CHECK_THROWS_AS(GlobalPlatformState::load(nvm), Error);
  }
  const char* records[] = {
      "00",
      "0D",
      "FF",    // unknown kinds
      "0755",  // no such life cycle
      "06"
      "0102",  // mark cut short
      "0B00"
      "0101"
      "00",        // page of an application that is not there
      "08F05045",  // AID too short
      "0211"
      "10",  // keys cut short
      "0200"
      "10"
      "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      "0300",  // bytes left over
  };
  for (const char* record : records) {
    CAPTURE(record);
    Nvm nvm;
    Chip::make(test::blank_chip(), nvm);
    nvm.append(from_hex(record));
    CHECK_THROWS_AS(GlobalPlatformState::load(nvm), Error);
  }
}

TEST_CASE("State: the snapshot is the state, and a long log is compacted into it") {
  test::Bench bench;
  bench.personalize();
  const GlobalPlatformState before = GlobalPlatformState::load(bench.chip.nvm());
  Nvm compact;
  compact.replace(before.snapshot());
  CHECK(compact.log().size() < bench.chip.nvm().log().size());
  const GlobalPlatformState after = GlobalPlatformState::load(compact);
  CHECK(after.snapshot() == before.snapshot());
  CHECK(after.used() == before.used());

  for (int i = 0; i < 400; ++i)
    bench.store(test::dgi("0103", test::pattern(300, static_cast<std::uint8_t>(i))), 255 - 32);
  const std::size_t grown = bench.chip.nvm().log().size();
  REQUIRE(grown > 2 * 8192 + 65536);
  bench.chip.power_off();
  bench.chip.power_on();
  CHECK(bench.chip.nvm().log().size() < 8192);
  CHECK(bench.status("00A40400"
                     "06" +
                     test::app) == "9000");
  CHECK(bench.send("00A4020C020103") == "9000");
  CHECK(bench.send("00B0000003") == test::pattern(3, static_cast<std::uint8_t>(399)) + "9000");
}

}  // namespace
}  // namespace perso::vchip
