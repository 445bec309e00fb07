#include <doctest/doctest.h>

#include "test_chip.hpp"

namespace perso::vchip {
namespace {

using namespace test;

const std::string issuer = "A000000151000000";
const std::string select_issuer = "00A4040008" + issuer;
const std::string select_app =
    "00A40400"
    "06" +
    app;

TEST_CASE("chip: identification without a channel") {
  Bench bench;
  const std::string cplc = to_hex(blank_chip().hardware.cplc);
  const std::string fci =
      "6F1484"
      "08" +
      issuer +
      "8A0101"
      "A505"
      "9F6502FFF6";
  const std::string keys =
      "E012"
      "C00401018810"
      "C00402018810"
      "C00403018810";
  struct {
    std::string what;
    std::string command, answer;
  } cases[] = {
      {"the issuer security domain is selected after reset", "80CA9F7F00", "9F7F2A" + cplc + "9000"},
      {"SELECT by its identifier", select_issuer + "00", fci + "9000"},
      {"SELECT without data", "00A4040000", fci + "9000"},
      {"SELECT without data and Le", "00A40400", fci + "9000"},
      {"no FCI wanted", "00A4040C08" + issuer, "9000"},
      {"CPLC, case 1", "80CA9F7F", "9F7F2A" + cplc + "9000"},
      {"CPLC, extended Le", "80CA9F7F000000", "9F7F2A" + cplc + "9000"},
      {"key information", "80CA00E000", keys + "9000"},
      {"no progress mark", "80CADF7000", "6A88"},
      {"other data", "80CA006600", "6A88"},
      {"GET DATA with data", "80CA9F7F0100", "6700"},
      {"no such application", select_app, "6A82"},
      {"identifier too short", "00A404000401020304", "6A80"},
      {"identifier too long",
       "00A40400"
       "11" +
           pattern(17),
       "6A80"},
      {"SELECT by path", "00A40800023F00", "6A86"},
      {"SELECT next", "00A4040200", "6A86"},
      {"no files here", "00A4020C020101", "6A82"},
      {"EF.CardAccess, which readers try first", "00A4020C02011C", "6A82"},
      {"the master file, which they select before it", "00A4000C023F00", "9000"},
      {"no current file", "00B0000000", "6986"},
      {"class of a logical channel", "01A4040000", "6E00"},
      {"chaining", "90CA9F7F00", "6E00"},
      {"ISO secure messaging", "0CA4040C00", "6E00"},
      {"GET DATA in the ISO class", "00CA9F7F00", "6E00"},
      {"READ BINARY in the GlobalPlatform class", "80B0000000", "6E00"},
      {"no such instruction", "00D6000001FF", "6D00"},
      {"no such instruction", "80FF0000", "6D00"},
      {"an application's instruction", "0088000008" + pattern(8), "6D00"},
      {"STORE DATA without a channel",
       "80E28800"
       "01FF",
       "6982"},
      {"STORE DATA as if there was a channel",
       "84E28800"
       "01FF",
       "6982"},
      {"EXTERNAL AUTHENTICATE first", "8482330010" + pattern(16), "6985"},
      {"EXTERNAL AUTHENTICATE without its MAC", "8082330010" + pattern(16), "6E00"},
      {"cut header", "80CA9F", "6700"},
      {"cut data", "00A4040008A000", "6700"},
      {"bytes left over", "00A4040001AA0000", "6700"},
      {"half an extended Le", "80CA9F7F0000", "6700"},
      {"nothing", "", "6700"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    bench.chip.reset();
    CHECK(bench.send(each.command) == each.answer);
  }
  CHECK(to_hex(bench.chip.atr()) ==
        "3B8B80018073840140555045"
        "52534F" +
            to_hex(ByteView(bench.chip.atr()).last(1)));
  std::uint8_t check = 0;
  for (const std::uint8_t byte : ByteView(bench.chip.atr()).subspan(1)) check ^= byte;
  CHECK(check == 0);
}

TEST_CASE("chip: INITIALIZE UPDATE") {
  Bench bench;
  const std::string challenge = "08" + pattern(8);
  struct {
    std::string what;
    std::string command, status;
  } cases[] = {
      {"the first version", "80500000" + challenge + "00", "9000"},
      {"its version by number", "80500100" + challenge + "00", "9000"},
      {"another version", "80500200" + challenge + "00", "6A88"},
      {"a key identifier", "80500001" + challenge + "00", "6A86"},
      {"a challenge for S16", "8050000010" + pattern(16) + "00", "6700"},
      {"no challenge", "8050000000", "6700"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(bench.status(each.command) == each.status);
  }
  const Hardware hardware = blank_chip().hardware;
  const std::string answer = bench.send("80500000" + challenge + "00");
  CHECK(answer.substr(0, 26) == to_hex(hardware.chip_id()).substr(4) + "010370");
  CHECK(answer.substr(58, 6) == "000000");
  CHECK(bench.send("80500000" + challenge + "00") == answer);  // the counter has not moved
  CHECK(to_hex(hardware.chip_id()) ==
        to_hex(ByteView(hardware.cplc).first(4)) + to_hex(ByteView(hardware.cplc).subspan(10, 8)));
}

TEST_CASE("chip: the channel opens at every level, key size and i, and its counter counts") {
  for (const std::uint8_t i : Bytes{0x70, 0x71}) {
    for (const std::size_t size : {16u, 24u, 32u}) {
      CAPTURE(int{i});
      CAPTURE(size);
      ChipConfig config = blank_chip();
      config.hardware.i = i;
      config.transport_keys = transport_keys(size);
      Bench bench(std::move(config));
      std::uint8_t opened = 0;
      for (const std::uint8_t level : Bytes{0x01, 0x03, 0x11, 0x13, 0x33}) {
        CHECK(bench.open(transport_keys(size), level) == "9000");
        CHECK(bench.initialize_update_answer[12] == i);
        CHECK(*(bench.initialize_update_answer.end() - 3) == opened++);
        CHECK(bench.secure("80CA00E000").substr(0, 8) == "E012C004");
        CHECK(bench.secure("80CA00E000").substr(0, 8) == "E012C004");
      }
      CHECK(bench.secure("80CADF7000") == "6A88");  // a refusal bears no MAC, and the channel stays
      CHECK(bench.secure(command("80E28800", "DF7010" + pattern(16))) == "9000");
      CHECK(bench.secure("80CADF7000") == "DF7010" + pattern(16) + "9000");
    }
  }
}

TEST_CASE("chip: levels") {
  for (const std::uint8_t level : Bytes{0x00, 0x02, 0x10, 0x30, 0x31, 0x32, 0x34, 0xFF}) {
    Bench bench;
    CAPTURE(int{level});
    CHECK(bench.open(transport_keys(), level) == "6A86");
  }
  for (const std::uint8_t level : Bytes{0x01, 0x03, 0x11, 0x13}) {
    Bench bench;
    CAPTURE(int{level});
    REQUIRE(bench.open(transport_keys(), level) == "9000");
    for (const char* writing : {"80E2880001FF", "80D8018101FF", "80E60C0001FF", "80F080FF"})
      CHECK(bench.secure(writing) == "6982");
  }
}

TEST_CASE("chip: wrong authentication is counted, and ten in a row close the key set") {
  const KeySet wrong = issuer_keys();
  for (const std::size_t spoiled : {0u, 7u, 8u, 15u}) {  // cryptogram, MAC
    Bench bench;
    bench.spoil = spoiled;
    CHECK(bench.open(transport_keys()) == "6300");
    CHECK(bench.status("8482330010" + pattern(16)) == "6985");  // the challenge is spent
  }
  Bench bench;
  for (int i = 0; i < 9; ++i) CHECK(bench.open(wrong) == "6300");
  CHECK(bench.open(transport_keys()) == "9000");
  for (int i = 0; i < 10; ++i) CHECK(bench.open(wrong) == "6300");
  CHECK(bench.open(transport_keys()) == "6983");
  bench.chip.power_off();
  bench.chip.power_on();
  CHECK(bench.open(transport_keys()) == "6983");
}

TEST_CASE("chip: what ends a channel") {
  struct {
    std::string what;
    std::string command, status;
  } cases[] = {
      {"a command without the MAC", "80CA9F7F00", "6982"},
      {"a wrong MAC", "84CA9F7F08000000000000000000", "6982"},
      {"too short for a MAC", "84CA9F7F0400000000", "6982"},
      {"no MAC", "84CA9F7F00", "6982"},
      {"SELECT of the same application", select_issuer, "9000"},
      {"SELECT of an unknown application", select_app, "6A82"},
      {"INITIALIZE UPDATE", "8050000008" + pattern(8) + "00", "9000"},
      {"EXTERNAL AUTHENTICATE again", "8482330010" + pattern(16), "6982"},
      {"a command that is none", "84CA9F7F08AA", "6700"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    Bench bench;
    REQUIRE(bench.open(transport_keys()) == "9000");
    CHECK(bench.status(each.command) == each.status);
    CHECK(bench.secure("80CA9F7F00") == "6982");
    CHECK(bench.open(transport_keys()) == "9000");
  }
  Bench bench;
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.chip.reset();
  CHECK(bench.secure("80CA9F7F00") == "6982");

  REQUIRE(bench.open(transport_keys()) == "9000");
  const Bytes once = bench.protect("80CA00E000");
  CHECK(bench.unprotect(bench.chip.process(once)).size() == 44);
  CHECK(to_hex(bench.chip.process(once)) == "6982");  // replayed

  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.protect("80CA00E000");  // lost on the way
  CHECK(bench.secure("80CA00E000") == "6982");
}

TEST_CASE("chip: nothing is answered without power") {
  Bench bench;
  bench.chip.power_off();
  CHECK_THROWS_AS(bench.send("80CA9F7F00"), PowerLoss);
  bench.chip.power_on();
  CHECK(bench.status("80CA9F7F00") == "9000");
}

}  // namespace
}  // namespace perso::vchip
