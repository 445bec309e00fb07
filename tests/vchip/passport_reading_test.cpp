// The iso7816 platform after the lock: CONTRACT-iso7816.md, section 3.
#include <doctest/doctest.h>

#include <chrono>

#include "channel/bac.hpp"
#include "passport_bench.hpp"
#include "support/vectors.hpp"
#include "vchip/timing.hpp"

namespace perso::vchip {
namespace {

using namespace test;
using namespace std::chrono_literals;

/// Locked, and the application is selected.
PassportBench issued_passport() {
  PassportBench bench;
  bench.personalize();
  bench.lock();
  return bench;
}

/// What python3 makes of a signature under the known key: whether it signs `challenge` as ISO/IEC 9796-2
/// scheme 1 says.
bool python_verifies(const std::string& signature, const std::string& challenge) {
  const perso::test::VectorCase key = perso::test::load_vectors("active-authentication.vec").front();
  const std::string program =
      "import sys,hashlib;"
      "n,s,m2=int(sys.argv[1],16),int(sys.argv[2],16),bytes.fromhex(sys.argv[3]);"
      "f=pow(s,65537,n).to_bytes(128,'big');"
      "good=f[:1]==b'\\x6A' and f[127:]==b'\\xBC' and f[107:127]==hashlib.sha1(f[1:107]+m2).digest();"
      "sys.exit(0 if good else 1)";
  const std::string command =
      "python3 -c \"" + program + "\" " + key.text("Modulus") + " " + signature + " " + challenge;
  return std::system(command.c_str()) == 0;
}

TEST_CASE("passport chip: personalized with bare commands, opened, read, actively authenticated") {
  PassportBench bench = issued_passport();
  REQUIRE(bench.open() == "9000");
  CHECK(bench.read_file("011E", 20) == com_contents);
  CHECK(bench.read_file("0101", 300) == dg1_contents);
  CHECK(bench.read_file("011D", 70) == sod_contents);
  const std::string challenge = pattern(8, 0x31);
  const std::string first = bench.secure("0088000008" + challenge + "00");
  REQUIRE(first.size() == 2 * 128 + 4);
  CHECK(python_verifies(first.substr(0, 256), challenge));
  CHECK_FALSE(python_verifies(first.substr(0, 256), pattern(8, 0x32)));
  CHECK(bench.chip.effort().rsa_operations == 1);
  CHECK(bench.secure("0088000008" + challenge + "00") != first);  // M1 is drawn anew
}

TEST_CASE("passport chip: opened and read by the station's own terminal") {
  PassportBench bench = issued_passport();
  ChipAsCard card(bench.chip);
  RepeatableRandom random;
  const auto channel = channel::open_bac(card, {printed_number, printed_birth, printed_expiry}, random);
  CHECK(channel->transmit({0x00, 0xA4, 0x02, 0x0C, {0x01, 0x01}, 0}).status.ok());
  const auto most = channel->transmit({0x00, 0xB0, 0x00, 0x00, {}, 231});
  CHECK(most.status.ok());
  CHECK(to_hex(most.data) == dg1_contents.substr(0, 2 * 231));
  const auto missing = channel->transmit({0x00, 0xA4, 0x02, 0x0C, {0x01, 0x02}, 0});
  CHECK(missing.status == iso7816::sw::file_not_found);
  CHECK(channel->transmit({0x00, 0xB0, 0x9E, 0x00, {}, 256}).data.size() == 20);
}

TEST_CASE("passport chip: locked, without a channel") {
  struct {
    std::string what;
    std::string command, answer;
  } cases[] = {
      {"SELECT of a file", select_file("011E"), "6982"},
      {"SELECT of a file that is not there", select_file("011C"), "6982"},
      {"READ BINARY", "00B0000000", "6982"},
      {"READ BINARY by a short identifier", "00B09E0000", "6982"},
      {"INTERNAL AUTHENTICATE", "0088000008" + pattern(8) + "00", "6982"},
      {"CREATE FILE", create_file("0102", 10), "6D00"},
      {"CREATE FILE of no sense", "00E00000026300", "6D00"},
      {"UPDATE BINARY", "00D6000001FF", "6D00"},
      {"access data", put_access(), "6D00"},
      {"the lock", lock_chip, "6D00"},
      {"secure messaging", "0CB000000D9701048E08ED6705417E96BA5500", "6982"},
      {"another instruction", "00D0000001FF", "6D00"},
      {"another class", "80B0000000", "6E00"},
      {"GET CHALLENGE with data", "00840000010008", "6700"},
      {"GET CHALLENGE of 4 bytes", "0084000004", "6700"},
      {"GET CHALLENGE without Le", "00840000", "6700"},
      {"GET CHALLENGE with a parameter", "0084000108", "6A86"},
      {"EXTERNAL AUTHENTICATE without a challenge", "0082000028" + pattern(40) + "28", "6985"},
      {"EXTERNAL AUTHENTICATE of 39 bytes", "0082000027" + pattern(39) + "28", "6700"},
      {"EXTERNAL AUTHENTICATE with a parameter", "0082000128" + pattern(40) + "28", "6A86"},
      {"the application again", select_passport, "9000"},
      {"the master file", "00A4000C023F00", "9000"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    PassportBench bench = issued_passport();
    CHECK(bench.send(each.command) == each.answer);
  }
  PassportBench bench = issued_passport();  // what a reader does before it opens the chip
  bench.succeed("00A4000C023F00");
  CHECK(bench.send(select_file("011C")) == "6A82");
  bench.succeed(select_passport);
  CHECK(bench.open() == "9000");
}

TEST_CASE("passport chip: reading through the channel") {
  struct {
    std::string what;
    std::string command, answer;
  } cases[] = {
      {"a number of bytes", "00B0000005", dg1_contents.substr(0, 10) + "9000"},
      {"as much as an answer holds", "00B0000000", dg1_contents.substr(0, 462) + "9000"},
      {"more than an answer holds", "00B00000FF", dg1_contents.substr(0, 462) + "9000"},
      {"what is left", "00B0010000", pattern(44, 1) + "9000"},
      {"more than is left", "00B001002D", pattern(44, 1) + "6282"},
      {"the last byte", "00B0012B01", "2C9000"},
      {"at the end", "00B0012C01", "6B00"},
      {"far beyond the end", "00B07FFF01", "6B00"},
      {"without Le", "00B00000", "6700"},
      {"EF.COM by its short identifier", "00B09E0102", com_contents.substr(2, 4) + "9000"},
      {"EF.SOD by its short identifier", "00B09D4502", "BC6282"},
      {"EF.DG1 by its short identifier", "00B0810001", "019000"},
      {"EF.DG16, which is not there", "00B0900001", "6A82"},
      {"EF.CardAccess by its short identifier", "00B09C0001", "6A82"},
      {"a short identifier of no file", "00B0910001", "6A82"},
      {"READ BINARY with odd INS", "00B10000", "6D00"},
      {"SELECT of a file that is not there", select_file("011C"), "6A82"},
      {"SELECT wanting FCI", "00A40200020101", "6A86"},
      {"INTERNAL AUTHENTICATE of 7 bytes", "0088000007" + pattern(7) + "00", "6700"},
      {"INTERNAL AUTHENTICATE with a parameter", "0088000108" + pattern(8) + "00", "6A86"},
      {"CREATE FILE", create_file("0102", 10), "6D00"},
      {"UPDATE BINARY", "00D6000001FF", "6D00"},
      {"modulus", put_data("0060", "60020400"), "6D00"},
      {"the lock", lock_chip, "6D00"},
      {"SELECT of the application", select_passport, "6985"},
      {"SELECT of the master file", "00A4000C", "6985"},
      {"GET CHALLENGE", get_challenge, "6985"},
      {"EXTERNAL AUTHENTICATE", "0082000028" + pattern(40) + "28", "6985"},
  };
  PassportBench bench = issued_passport();
  REQUIRE(bench.open() == "9000");
  for (const auto& each : cases) {
    CAPTURE(each.what);
    REQUIRE(bench.secure(select_file("0101")) == "9000");  // the channel stays open all along
    CHECK(bench.secure(each.command) == each.answer);
  }
  CHECK(bench.secure("00B09E0001") == com_contents.substr(0, 2) + "9000");
  CHECK(bench.secure("00B0000101") == com_contents.substr(2, 2) + "9000");  // it is the current file now
}

TEST_CASE("passport chip: active authentication wants both halves of the key") {
  for (const bool with_modulus : {false, true}) {
    PassportBench bench;
    bench.succeed(select_passport);
    bench.succeed(put_access());
    bench.succeed(with_modulus ? put_modulus() : put_exponent());
    bench.lock();
    REQUIRE(bench.open() == "9000");
    CHECK(bench.secure("0088000008" + pattern(8) + "00") == "6985");
  }
}

TEST_CASE("passport chip: what ends the channel") {
  using Deed = std::function<std::string(PassportBench&)>;
  const auto spoiled = [](std::size_t place) {
    return [place](PassportBench& bench) {
      Bytes command = bench.protect("00B0000001");
      command[place < 5 ? place : command.size() - place] ^= 0x01;
      return to_hex(bench.chip.process(command));
    };
  };
  struct {
    std::string what;
    Deed deed;
    std::string answer;
  } cases[] = {
      {"a changed MAC", spoiled(6), "6988"},
      {"a changed P2", spoiled(3), "6988"},
      {"no objects", [](PassportBench& bench) { return bench.send("0CB00000"); }, "6987"},
      {"no MAC", [](PassportBench& bench) { return bench.send("0CB000000397010100"); }, "6987"},
      {"a replay",
       [](PassportBench& bench) {
         const std::string command = to_hex(bench.protect(select_file("0101")));
         bench.send(command);
         return bench.send(command);
       },
       "6988"},
      {"a plain READ BINARY", [](PassportBench& bench) { return bench.send("00B0000001"); }, "6982"},
      {"a plain instruction of no meaning", [](PassportBench& bench) { return bench.send("00D00000"); },
       "6D00"},
      {"a command that is none", [](PassportBench& bench) { return bench.send("00B0000005AA"); }, "6700"},
      {"extended length", [](PassportBench& bench) { return bench.send("00B00000000001"); }, "6700"},
      {"the application again", [](PassportBench& bench) { return bench.send(select_passport); }, "9000"},
      {"a SELECT that fails", [](PassportBench& bench) { return bench.send("00A4040C05A000000001"); },
       "6A82"},
      {"a reset",
       [](PassportBench& bench) {
         bench.chip.reset();
         return bench.send(select_passport);
       },
       "9000"},
      {"a loss of power",
       [](PassportBench& bench) {
         bench.chip.power_off();
         bench.chip.power_on();
         return bench.send(select_passport);
       },
       "9000"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    PassportBench bench = issued_passport();
    REQUIRE(bench.open() == "9000");
    REQUIRE(bench.secure(select_file("0101")) == "9000");
    CHECK(each.deed(bench) == each.answer);
    CHECK(bench.secure("00B0000001") == "[6982]");
    CHECK(bench.open() == "9000");
    CHECK(bench.secure("00B0810001") == "019000");
  }
}

TEST_CASE("passport chip: wrong keys cost time, and a right one ends that") {
  PassportBench bench = issued_passport();
  const auto delays = [&] {
    bench.chip.process(from_hex(get_challenge));
    return bench.chip.effort().delays;
  };
  CHECK(delays() == 0);
  for (int wrong = 1; wrong <= 3; ++wrong) {
    CHECK(bench.open("WRONG0000") == "6300");
    CHECK(delays() == 1);
  }
  bench.chip.power_off();
  bench.chip.power_on();
  bench.succeed(select_passport);
  CHECK(delays() == 1);
  CHECK(Timing::contact().cost(bench.chip.effort()) > 1s);
  CHECK(Timing::none().cost(bench.chip.effort()) == 0s);
  CHECK(bench.open() == "9000");
  CHECK(bench.chip.effort().delays == 0);
  CHECK(delays() == 0);  // a plain GET CHALLENGE: the channel is gone, and the chip begins anew
  CHECK(bench.open() == "9000");
}

TEST_CASE("passport chip: a challenge is good for one try") {
  PassportBench bench = issued_passport();
  bench.chip.process(from_hex(get_challenge));
  const std::string authenticate = "0082000028" + pattern(40) + "28";
  CHECK(bench.send(authenticate) == "6300");
  CHECK(bench.send(authenticate) == "6985");
  bench.chip.process(from_hex(get_challenge));
  bench.succeed(select_passport);
  CHECK(bench.send(authenticate) == "6985");
}

}  // namespace
}  // namespace perso::vchip
