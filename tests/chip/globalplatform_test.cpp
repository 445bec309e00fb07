// The driver's commands, byte by byte, against a script.
#include "chip/globalplatform.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "virtual_card.hpp"

using namespace perso;
using chip::FileImage;
using chip::GlobalPlatform;
using chip::Life;
using iso7816::Aid;
using iso7816::Fid;
using iso7816::ShortFid;

namespace {

const std::string select_isd = "00A4040008A00000015100000000";
const std::string select_isd_again = "00A4040C08A000000151000000";
const std::string get_cplc = "80CA9F7F00";
const std::string cplc =
    "9F7F2A"
    "4790"
    "5032"
    "AAAA"
    "BBBB"
    "CCCC"
    "1234"
    "56789ABC"
    "DEF0" +
    std::string(48, '0') + "9000";
const std::string get_mark = "80CADF7000";

std::string fci(const std::string& life, const std::string& limit = "FFF6") {
  const auto length = [](const std::string& hex) {
    return to_hex(Bytes{static_cast<std::uint8_t>(hex.size() / 2)});
  };
  const std::string a5 = "9F65" + length(limit) + limit;
  const std::string inside =
      "8408A000000151000000"
      "8A01" +
      life + "A5" + length(a5) + a5;
  return "6F" + length(inside) + inside + "9000";
}

const platform::Platform& globalplatform() {
  return *platform::find("globalplatform");
}
Aid application() {
  return Aid(from_hex("A0000002471001"));
}

/// A driver over a script: what is protected appears in the script as it was before its protection.
struct Bench {
  explicit Bench(std::size_t limit = 255, std::uint8_t version = 0x01)
      : end(script, test::chip_side_keys(version)), driver(globalplatform(), end, random, limit) {}
  /// Identified and open on the security domain.
  void open() {
    script.expect(select_isd, fci("01")).expect(get_cplc, cplc);
    driver.identify();
    driver.open(transport);
  }
  test::ScriptedCard script;
  test::ChannelEnd end;
  test::RepeatedRandom random{Bytes{1, 2, 3, 4, 5, 6, 7, 8}};
  test::ClearChipKeys transport = test::station_keys(0x01);
  test::ClearChipKeys issuer = test::station_keys(0x02);
  GlobalPlatform driver;
};

template <typename Action>
Error error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("identify: two commands for a blank chip, and the mark where one may be") {
  SUBCASE("blank") {
    Bench bench;
    bench.script.expect(select_isd, fci("01")).expect(get_cplc, cplc);
    const chip::Identity identity = bench.driver.identify();
    CHECK(identity.life == Life::blank);
    CHECK(identity.chip.hex() == "47905032123456789ABCDEF0");
    CHECK(identity.max_command_data == 0xFFF6);
    CHECK_FALSE(identity.mark.has_value());
  }
  SUBCASE("personalizing, with its mark") {
    Bench bench;
    bench.script.expect(select_isd, fci("07", "0400"))
        .expect(get_cplc, cplc)
        .expect(get_mark,
                "DF7010"
                "000102030405060708090A0B0C0D0E0F"
                "9000");
    const chip::Identity identity = bench.driver.identify();
    CHECK(identity.life == Life::personalizing);
    CHECK(identity.max_command_data == 1024);
    REQUIRE(identity.mark.has_value());
    CHECK(to_hex(*identity.mark) == "000102030405060708090A0B0C0D0E0F");
  }
  SUBCASE("personalizing, without a mark") {
    Bench bench;
    bench.script.expect(select_isd, fci("07")).expect(get_cplc, cplc).expect(get_mark, "6A88");
    CHECK_FALSE(bench.driver.identify().mark.has_value());
  }
  struct Row {
    const char* state;
    Life life;
  };
  for (const Row& row : {Row{"0F", Life::issued}, Row{"FF", Life::terminated}}) {
    CAPTURE(row.state);
    Bench bench;
    bench.script.expect(select_isd, fci(row.state, "00FFFF")).expect(get_cplc, cplc);
    CHECK(bench.driver.identify().life == row.life);
  }
}

TEST_CASE("a chip that is none of the platform's is called foreign, with its status word where it gave one") {
  const std::string good = fci("01");
  struct Row {
    const char* what;
    std::vector<std::string> answers;
    std::optional<std::uint16_t> status;
  };
  const Row rows[] = {
      {"no security domain", {"6A82"}, 0x6A82},
      {"no FCI", {"9000"}, {}},
      {"not a TLV", {"6F039000"}, {}},
      {"another template",
       {"6203840100"
        "9000"},
       {}},
      {"no life cycle",
       {"6F0F"
        "8408A000000151000000"
        "A5039F6500"
        "9000"},
       {}},
      {"an unknown life cycle", {fci("42")}, {}},
      {"no limit",
       {"6F0D"
        "8408A000000151000000"
        "8A0101"
        "9000"},
       {}},
      {"a limit below short length", {fci("01", "00FE")}, {}},
      {"a limit of four bytes", {fci("01", "0000FFFF")}, {}},
      {"no CPLC", {good, "6A88"}, 0x6A88},
      {"a short CPLC",
       {good,
        "9F7F029999"
        "9000"},
       {}},
      {"a mark of another length", {fci("07"), cplc, "DF7001009000"}, {}},
      {"a mark that is refused", {fci("07"), cplc, "6985"}, 0x6985},
  };
  const std::string commands[] = {select_isd, get_cplc, get_mark};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Bench bench;
    for (std::size_t i = 0; i < row.answers.size(); ++i) bench.script.expect(commands[i], row.answers[i]);
    const Error error = error_of([&] { bench.driver.identify(); });
    CHECK(name_of(error.code()) == name_of(Code::chip_foreign));
    CHECK(error.status_word() == row.status);
    CHECK(bench.script.left() == 0);
  }
}

TEST_CASE("what is written to the security domain") {
  Bench bench;
  bench.open();
  bench.script.expect(
      "80E2880013"
      "DF7010"
      "00112233445566778899AABBCCDDEEFF"
      "00",
      "9000");
  chip::ProgressMark mark;
  const Bytes bytes = from_hex("00112233445566778899AABBCCDDEEFF");
  std::copy(bytes.begin(), bytes.end(), mark.begin());
  bench.driver.mark(mark);

  bench.script.expect(
      "80E60C001F"
      "07F0504552534F01"
      "08F0504552534F0101"
      "07A0000002471001"
      "0100"
      "02C900"
      "00"
      "00",
      "009000");
  bench.driver.install(application());

  const auto block = [&](keys::Role role) {
    return "881110" + to_hex(bench.issuer.wrapped_under(bench.transport, role)) + "03" +
           bench.issuer.kcv(role).hex();
  };
  const std::string checks = bench.issuer.kcv(keys::Role::enc).hex() +
                             bench.issuer.kcv(keys::Role::mac).hex() +
                             bench.issuer.kcv(keys::Role::dek).hex();
  const std::string put_key =
      "80D8018146"
      "02" +
      block(keys::Role::enc) + block(keys::Role::mac) + block(keys::Role::dek) + "00";
  bench.script.expect(put_key, "02" + checks + "9000");
  bench.driver.replace_keys(bench.transport, bench.issuer);

  bench.script.expect(put_key, "03" + checks + "9000");
  CHECK(error_of([&] { bench.driver.replace_keys(bench.transport, bench.issuer); }).code() ==
        Code::read_back_differs);
}

TEST_CASE("a key is generated on the application, two of them in one channel") {
  Bench bench;
  bench.open();
  const std::string point = "04" + std::string(128, '7');
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect(
          "8046840105"
          "AC03800113"
          "00",
          "7F4943"
          "8641" +
              point + "9000")
      .expect(
          "8046840205"
          "AC03800113"
          "00",
          "7F4943"
          "8641" +
              point + "9000");
  CHECK(to_hex(bench.driver.generate(application(), {1, "ecdsa-p256"}, bench.transport)) == point);
  bench.driver.generate(application(), {2, "ecdsa-p256"}, bench.transport);

  CHECK(error_of([&] {
          bench.driver.generate(application(), {1, "rsa-2048"}, bench.transport);
        }).code() == Code::profile_invalid);
  for (const char* wrong : {"7F49038601049000", "9000", "7F494386410411119000", "30009000"}) {
    CAPTURE(wrong);
    bench.script.expect(
        "8046840105"
        "AC03800113"
        "00",
        wrong);
    CHECK(error_of([&] {
            bench.driver.generate(application(), {1, "ecdsa-p256"}, bench.transport);
          }).code() == Code::chip_foreign);
  }
}

TEST_CASE("files are one stream of data groupings, cut where the blocks end") {
  Bench bench;
  bench.open();
  const Bytes small = from_hex("C0FFEE"), large(300, 0xAB);
  const FileImage files[] = {{Fid{0x011E}, ShortFid{0x1E}, chip::ReadAccess::always, small},
                             {Fid{0x0102}, std::nullopt, chip::ReadAccess::never, large}};
  const std::string stream =
      "6200"
      "1F"
      "620F"
      "8302011E"
      "80020003"
      "88011E"
      "8C020100"
      "620C"
      "83020102"
      "8002012C"
      "8C0201FF"
      "011E"
      "03"
      "C0FFEE"
      "0102"
      "FF012C" +
      to_hex(large);
  REQUIRE(stream.size() / 2 == 345);
  bench.script
      .expect(
          "80E620000D"
          "0000"
          "07A0000002471001"
          "000000"
          "00",
          "009000")
      .expect("80E20800EF" + stream.substr(0, 2 * 239) + "00", "9000")
      .expect("80E288016A" + stream.substr(2 * 239) + "00", "9000");
  bench.driver.write(application(), files);

  // The file with a short identifier is read by it; the other one is selected.
  const Aid app = application();
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect("00B09E0003", "C0FFEE9000")
      .expect("00A4020C020102", "9000")
      .expect("00B0000000", to_hex(Bytes(256, 0xAB)) + "9000")
      .expect("00B001002C", to_hex(Bytes(44, 0xAB)) + "9000");
  CHECK(bench.driver.read_back(app, Fid{0x011E}, 3) == small);
  CHECK(bench.driver.read_back(app, Fid{0x0102}, 300) == large);
}

TEST_CASE("what is read is read without a channel: an open one is left by SELECT") {
  Bench bench;
  bench.open();
  const std::string point = "04" + std::string(128, '7');
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect("8046840105AC0380011300", "7F49438641" + point + "9000")
      .expect("00A4040C07A0000002471001", "9000")
      .expect("00A4020C020101", "9000")
      .expect("00B0000001", "009000");
  bench.driver.generate(application(), {1, "ecdsa-p256"}, bench.transport);
  CHECK(bench.driver.read_back(application(), Fid{0x0101}, 1) == Bytes{0x00});
}

TEST_CASE("beyond 32,767 bytes the odd READ BINARY goes on") {
  Bench bench(32768);
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect("00A4020C020101", "9000")
      .expect("00B00000008000", to_hex(Bytes(32768, 0x01)) + "9000")
      .expect(
          "00B1000004"
          "54028000"
          "67",
          "5365" + to_hex(Bytes(101, 0x02)) + "9000");
  CHECK(bench.driver.read_back(application(), Fid{0x0101}, 32869) ==
        concat({Bytes(32768, 0x01), Bytes(101, 0x02)}));
}

TEST_CASE("a chip that gives less than there should be is heard out, once") {
  Bench bench;
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect("00A4020C020101", "9000")
      .expect("00B000000A", "01029000")
      .expect("00B0000208", "9000");
  CHECK(bench.driver.read_back(application(), Fid{0x0101}, 10) == Bytes{1, 2});
}

TEST_CASE(
    "the lock returns to the security domain; SELECT is not repeated where the channel is opened anew") {
  Bench bench;
  bench.open();
  bench.driver.open(bench.transport);  // the script would see a SELECT
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect("00A4020C020101", "9000")
      .expect("00B0000001", "009000");
  bench.driver.read_back(application(), Fid{0x0101}, 1);
  bench.script.expect(select_isd_again, "9000").expect("80F0800F00", "9000");
  bench.driver.lock(bench.transport);
}

TEST_CASE("a lock is proven by 6985 to the issuer's own write, and by no other answer") {
  const std::string install =
      "80E620000D"
      "0000"
      "07A0000002471001"
      "000000"
      "00";
  struct Row {
    const char* answer;
    std::uint16_t status;
  };
  for (const Row& row :
       {Row{"009000", 0x9000}, Row{"6982", 0x6982}, Row{"6A88", 0x6A88}, Row{"6D00", 0x6D00}}) {
    CAPTURE(row.answer);
    Bench bench;
    bench.script.expect(select_isd_again, "9000").expect(install, row.answer);
    const Error error = error_of([&] { bench.driver.prove_locked(application(), bench.transport); });
    CHECK(error.code() == Code::verification_failed);
    CHECK(error.status_word() == row.status);
  }
  Bench bench;
  bench.script.expect(select_isd_again, "9000").expect(install, "6985");
  bench.driver.prove_locked(application(), bench.transport);
}

TEST_CASE("a refusal is an error with the chip's status word") {
  Bench bench;
  bench.open();
  const Bytes contents = {0x00};
  const FileImage files[] = {{Fid{0x0101}, std::nullopt, chip::ReadAccess::always, contents}};
  bench.script.expect(
      "80E620000D"
      "0000"
      "07A0000002471001"
      "000000"
      "00",
      "6A88");
  Error error = error_of([&] { bench.driver.write(application(), files); });
  CHECK(error.code() == Code::command_refused);
  CHECK(error.status_word() == 0x6A88);

  bench.script
      .expect(
          "80E620000D"
          "0000"
          "07A0000002471001"
          "000000"
          "00",
          "009000")
      .expect(
          "80E2880015"
          "62000E"
          "620C"
          "83020101"
          "80020001"
          "8C020100"
          "010101"
          "00"
          "00",
          "6A84");
  error = error_of([&] { bench.driver.write(application(), files); });
  CHECK(error.code() == Code::chip_full);
  CHECK(error.status_word() == 0x6A84);
}

TEST_CASE("a driver is made for a platform that has one, and limits that short length allows") {
  test::ScriptedCard card;
  test::RepeatedRandom random(Bytes{0});
  CHECK(chip::make_driver(globalplatform(), card, random, 255) != nullptr);
  CHECK(error_of([&] { chip::make_driver(globalplatform(), card, random, 254); }).code() ==
        Code::config_invalid);
  platform::Platform other = globalplatform();
  other.name = "another";
  CHECK(error_of([&] { chip::make_driver(other, card, random, 255); }).code() == Code::profile_invalid);
}
