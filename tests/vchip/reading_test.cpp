#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test_chip.hpp"

namespace perso::vchip {
namespace {

using namespace test;

const std::string select_app =
    "00A40400"
    "06" +
    app;

/// An issued chip with large files too: 0101 to 0103 of Bench::personalize, 0104 of 40,000 bytes, 0105 of 300
/// bytes never written.
Bench issued_chip() {
  ChipConfig config = blank_chip();
  config.hardware.memory = 65536;
  Bench bench(std::move(config));
  bench.personalize();
  bench.store(dgi("6200", fcp("0104", 40000, 4) + fcp("0105", 300, 5)));
  bench.store(dgi("0104", pattern(40000, 3)), 20000);
  bench.lock();
  bench.chip.reset();
  return bench;
}

TEST_CASE("chip: reading in every way") {
  Bench bench = issued_chip();
  REQUIRE(bench.send(select_app) ==
          "6F08"
          "8406" +
              app + "9000");
  const std::string e1 = pattern(100);
  const std::string e3 = pattern(300, 7);
  const std::string e4 = pattern(40000, 3);
  const auto bytes = [](const std::string& hex, std::size_t from, std::size_t count) {
    return hex.substr(2 * from, 2 * count);
  };
  struct {
    std::string what;
    std::string select, command, answer;
  } cases[] = {
      {"no current file", "", "00B0000000", "6986"},
      {"Le 00: what there is", "0101", "00B0000000", e1 + "9000"},
      {"all of it", "0101", "00B0000064", e1 + "9000"},
      {"one byte too many", "0101", "00B0000065", e1 + "6282"},
      {"from an offset", "0101", "00B0006000", bytes(e1, 96, 4) + "9000"},
      {"over the end", "0101", "00B0006005", bytes(e1, 96, 4) + "6282"},
      {"the last byte", "0101", "00B0006301", bytes(e1, 99, 1) + "9000"},
      {"at the end", "0101", "00B0006401", "6B00"},
      {"beyond the end", "0101", "00B07FFF01", "6B00"},
      {"without Le", "0101", "00B00000", "6700"},
      {"with data", "0101", "00B0000001FF00", "6700"},
      {"256 of 300", "0103", "00B0000000", bytes(e3, 0, 256) + "9000"},
      {"extended, what there is", "0103", "00B00000000000", e3 + "9000"},
      {"extended, 256", "0103", "00B00000000100", bytes(e3, 0, 256) + "9000"},
      {"extended, 301", "0103", "00B0000000012D", e3 + "6282"},
      {"extended, 256 over the end", "0103", "00B00100000100", bytes(e3, 256, 44) + "6282"},
      {"a long file at once", "0104", "00B00000000000", e4 + "9000"},
      {"15 bits of offset", "0104", "00B07FFF04", bytes(e4, 32767, 4) + "9000"},
      {"short identifier", "", "00B0810005", bytes(e1, 0, 5) + "9000"},
      {"short identifier and offset", "", "00B084FF05", bytes(e4, 255, 5) + "9000"},
      {"short identifier of none", "", "00B0820005", "6A82"},
      {"short identifier 0", "", "00B0800005", "6A86"},
      {"short identifier 31", "", "00B09F0005", "6A86"},
      {"bits that are no short identifier", "", "00B0C10005", "6A86"},
      {"never readable", "0102", "00B0000000", "6982"},
      {"never written", "0105", "00B0000000", "6985"},
      {"never written, by short identifier", "", "00B0850000", "6985"},
      {"odd: current file", "0101",
       "00B10000"
       "03540100"
       "00",
       "53"
       "64" +
           e1 + "9000"},
      {"odd: by identifier", "",
       "00B10101"
       "03540160"
       "00",
       "5304" + bytes(e1, 96, 4) + "9000"},
      {"odd: one byte", "0101",
       "00B10000"
       "03540100"
       "03",
       "5301" + bytes(e1, 0, 1) + "9000"},
      {"odd: no room for contents", "0101",
       "00B10000"
       "03540100"
       "02",
       "53009000"},
      {"odd: over the end", "0101",
       "00B10000"
       "03540160"
       "20",
       "5304" + bytes(e1, 96, 4) + "6282"},
      {"odd: 127 bytes", "0103",
       "00B10000"
       "03540100"
       "82",
       "537F" + bytes(e3, 0, 127) + "9000"},
      {"odd: 128 bytes", "0103",
       "00B10000"
       "03540100"
       "83",
       "538180" + bytes(e3, 0, 128) + "9000"},
      {"odd: Le 00", "0103",
       "00B10000"
       "03540100"
       "00",
       "5381FD" + bytes(e3, 0, 253) + "9000"},
      {"odd: extended", "0103",
       "00B10000"
       "000003540100"
       "0000",
       "5382012C" + e3 + "9000"},
      {"odd: beyond 15 bits", "0104",
       "00B10000"
       "045402 9000"
       "08",
       "5306" + bytes(e4, 0x9000, 6) + "9000"},
      {"odd: offset of four bytes", "0104",
       "00B10000"
       "065404 00009C3F"
       "08",
       "5301" + bytes(e4, 39999, 1) + "6282"},
      {"odd: beyond the end", "0104",
       "00B10000"
       "0554 03 009C40"
       "08",
       "6B00"},
      {"odd: far beyond the end", "0104",
       "00B10000"
       "0654 04 FFFFFFFF"
       "08",
       "6B00"},
      {"odd: no current file", "",
       "00B10000"
       "03540100"
       "00",
       "6986"},
      {"odd: no such file", "",
       "00B10909"
       "03540100"
       "00",
       "6A82"},
      {"odd: by short identifier", "",
       "00B10001"
       "03540100"
       "03",
       "5301009000"},
      {"odd: a short identifier that is not there", "0101",
       "00B1001E"
       "03540100"
       "03",
       "6A82"},
      {"odd: 31 is none", "0101",
       "00B1001F"
       "03540100"
       "03",
       "6A82"},
      {"odd: without an offset", "0101", "00B1000000", "6A80"},
      {"odd: empty offset", "0101",
       "00B10000"
       "025400"
       "00",
       "6A80"},
      {"odd: offset of five bytes", "0101",
       "00B10000"
       "0754050000000000"
       "00",
       "6A80"},
      {"odd: another object", "0101",
       "00B10000"
       "03530100"
       "00",
       "6A80"},
      {"odd: two objects", "0101",
       "00B10000"
       "06540100540100"
       "00",
       "6A80"},
      {"odd: without Le", "0101",
       "00B10000"
       "03540100",
       "6700"},
      {"SELECT of a file that is not there", "", "00A4020C020909", "6A82"},
      {"SELECT of a file wanting FCI", "", "00A40200020101", "6A86"},
      {"SELECT of a file with three bytes", "", "00A4020C03010101", "6700"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    REQUIRE(bench.status(select_app) == "9000");
    if (!each.select.empty()) REQUIRE(bench.send("00A4020C02" + each.select) == "9000");
    std::string plain = each.command;
    std::erase(plain, ' ');
    CHECK(bench.send(plain) == each.answer);
  }
}

TEST_CASE("chip: selecting goes on from what was selected") {
  Bench bench = issued_chip();
  REQUIRE(bench.status(select_app) == "9000");
  CHECK(bench.send("00B0810001") == "009000");
  CHECK(bench.send("00B0000101") == "019000");  // the short identifier made it the current file
  CHECK(bench.send("00A4020C020909") == "6A82");
  CHECK(bench.send("00B0000201") == "029000");  // a failed SELECT changes nothing
  CHECK(bench.send("00B10103"
                   "03540100"
                   "03") == "5301079000");
  CHECK(bench.send("00B0000001") == "079000");
  CHECK(bench.send("00A404000401020304") == "6A80");
  CHECK(bench.send("00B0000001") == "079000");
  CHECK(bench.send("00A4040C06" + app) == "9000");
  CHECK(bench.send("00B0000001") == "6986");
  bench.chip.reset();
  CHECK(bench.send("00B0810001") == "6A82");
}

TEST_CASE("chip: reading through a channel leaves room for its protection") {
  Bench bench = issued_chip();
  REQUIRE(bench.status(select_app) == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  REQUIRE(bench.secure("00A4020C020104") == "9000");
  CHECK(bench.secure("00B0000000") == pattern(232, 3) + "9000");
  CHECK(bench.secure("00B0000010") == pattern(16, 3) + "9000");
  CHECK(bench.secure("00B00000000000") == pattern(40000, 3) + "9000");
}

/// DER Ecdsa-Sig-Value of r || s.
Bytes der_signature(ByteView plain) {
  Bytes body;
  for (const ByteView part : {plain.first(32), plain.last(32)}) {
    Bytes number(part.begin(), part.end());
    while (number.size() > 1 && number[0] == 0 && number[1] < 0x80) number.erase(number.begin());
    if (number[0] >= 0x80) number.insert(number.begin(), 0);
    append(body, Bytes{0x02, static_cast<std::uint8_t>(number.size())});
    append(body, number);
  }
  return concat({Bytes{0x30, static_cast<std::uint8_t>(body.size())}, body});
}

void write_file(const std::filesystem::path& file, ByteView bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// What openssl says of an ECDSA signature with SHA-256.
bool openssl_verifies(const std::string& point, ByteView message, ByteView signature) {
  const auto dir = std::filesystem::path(PERSO_BINARY_DIR) / "vchip-openssl";
  std::filesystem::create_directories(dir);
  write_file(dir / "key", from_hex("3059301306072A8648CE3D020106082A8648CE3D030107034200" + point));
  write_file(dir / "message", message);
  write_file(dir / "signature", signature);
  const std::string command =
      "cd '" + dir.string() +
      "' && openssl dgst -sha256 -keyform DER -verify key -signature signature message > /dev/null 2>&1";
  const bool verified = std::system(command.c_str()) == 0;
  std::filesystem::remove_all(dir);
  return verified;
}

TEST_CASE("chip: a key pair that it makes signs challenges, as openssl sees it") {
  Bench bench;
  bench.personalize();
  REQUIRE(bench.status(select_app) == "9000");
  const std::string challenge = pattern(8, 0x11);
  CHECK(bench.send("0088000008" + challenge + "00") == "6A88");
  REQUIRE(bench.open(transport_keys()) == "9000");
  struct {
    std::string what;
    std::string command, status;
  } refused[] = {
      {"another algorithm",
       "80468401"
       "05AC0380011400",
       "6A80"},
      {"no algorithm",
       "80468401"
       "02AC0000",
       "6A80"},
      {"key 00",
       "80468400"
       "05AC0380011300",
       "6A86"},
      {"key 20",
       "80468420"
       "05AC0380011300",
       "6A86"},
      {"no answer wanted",
       "80468001"
       "05AC0380011300",
       "6A86"},
  };
  for (const auto& each : refused) {
    CAPTURE(each.what);
    CHECK(bench.secure(each.command) == each.status);
  }
  const std::string first = bench.secure(
      "80468401"
      "05AC0380011300");
  REQUIRE(first.substr(0, 12) == "7F4943864104");
  const std::string second = bench.secure(
      "80468401"
      "05AC0380011300");  // replaces it
  CHECK(first != second);
  const std::string point = second.substr(10, 130);
  CHECK(bench
            .secure("8046841F"
                    "05AC0380011300")
            .size() == first.size());
  CHECK(bench.secure("0088000008" + challenge + "00").size() == 132);

  bench.chip.power_off();
  bench.chip.power_on();
  REQUIRE(bench.status(select_app) == "9000");
  const Bytes answer = bench.chip.process(from_hex("0088000008" + challenge + "00"));
  REQUIRE(answer.size() == 66);
  const Bytes signature = der_signature(ByteView(answer).first(64));
  CHECK(openssl_verifies(point, from_hex(challenge), signature));
  CHECK_FALSE(openssl_verifies(first.substr(10, 130), from_hex(challenge), signature));
  CHECK_FALSE(openssl_verifies(point, from_hex(pattern(8, 0x12)), signature));
  CHECK(bench.send("0088000007" + pattern(7) + "00") == "6700");
  CHECK(bench.send("0088000108" + challenge + "00") == "6A86");

  REQUIRE(bench.status("00A4040000") == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.lock();
  REQUIRE(bench.status(select_app) == "9000");
  CHECK(bench.status("0088000008" + challenge + "00") == "9000");
  CHECK(bench.send("80468401"
                   "05AC0380011300") == "6982");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure("80468401"
                     "05AC0380011300") == "6985");
  CHECK(bench.secure(command("80E28800", dgi("0101", pattern(100)))) == "6985");
}

TEST_CASE("timing: a command's cost is the sum of what it did") {
  Bench bench;
  bench.personalize();
  bench.store(dgi("0101", pattern(100)));
  const Effort write = bench.chip.effort();
  CHECK(write.pages == 3);  // emptied, 64 bytes, 36 bytes
  CHECK(write.link_bytes == 5 + 112 + 8 + 8 + 2);
  CHECK(write.protected_bytes == write.link_bytes - 2);
  bench.open(transport_keys());
  CHECK(bench.chip.effort().channel_steps == 1);
  CHECK(bench.chip.effort().pages == 2);  // the try, the counter

  Timing timing;
  timing.command = std::chrono::nanoseconds(1);
  timing.link_byte = std::chrono::nanoseconds(10);
  timing.page = std::chrono::nanoseconds(10'000);
  timing.channel_step = std::chrono::nanoseconds(1'000'000);
  CHECK(timing.cost({7, 2, 1, 0, 0, 0}).count() == 1'020'071);
  CHECK(Timing::none().cost(write).count() == 0);
  CHECK(Timing::contactless().cost(write) < Timing::contact().cost(write));
}

}  // namespace
}  // namespace perso::vchip
