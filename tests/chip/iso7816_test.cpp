// The iso7816 driver's commands, byte by byte, against a script.
#include <doctest/doctest.h>

#include <functional>

#include "iso7816_bench.hpp"

using namespace perso;
using namespace perso::test;
using namespace perso::test::applet_script;
using chip::FileImage;
using chip::Life;
using chip::ReadAccess;
using iso7816::Aid;
using iso7816::Fid;
using iso7816::ShortFid;

TEST_CASE("identify: the identifier comes from the card's manager, the state from EF.COM") {
  struct Row {
    const char* answer;
    Life life;
  };
  for (const Row& row : {Row{"6A82", Life::blank}, Row{"9000", Life::personalizing},
                         Row{"6982", Life::issued}, Row{"6985", Life::issued}}) {
    CAPTURE(row.answer);
    Bench bench;
    bench.script.expect(select_manager, "6F009000")
        .expect(get_cplc, cplc)
        .expect(select_applet, "9000")
        .expect(select_com, row.answer);
    const chip::Identity identity = bench.driver.identify();
    CHECK(identity.life == row.life);
    CHECK(identity.chip.value().hex() == "47905032123456789ABCDEF0");
    CHECK(identity.max_command_data == 255);
    CHECK_FALSE(identity.mark.has_value());
  }
}

TEST_CASE("a chip that is none of the platform's is called foreign, with its status word") {
  struct Row {
    const char* what;
    std::vector<std::string> answers;
    std::optional<std::uint16_t> status;
  };
  const Row rows[] = {
      {"no card's manager", {"6A82"}, 0x6A82},
      {"no CPLC", {"9000", "6A88"}, 0x6A88},
      {"a CPLC that is kept secret", {"9000", "6982"}, 0x6982},
      {"another object", {"9000", "9F7E009000"}, {}},
      {"a short CPLC", {"9000", "9F7F0299999000"}, {}},
      {"no such application", {"9000", cplc, "6A82"}, 0x6A82},
      {"an answer about EF.COM that the contract has not", {"9000", cplc, "9000", "6986"}, 0x6986},
      {"an internal error", {"9000", cplc, "9000", "6F00"}, 0x6F00},
  };
  const std::string commands[] = {select_manager, get_cplc, select_applet, select_com};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Bench bench;
    for (std::size_t i = 0; i < row.answers.size(); ++i) bench.script.expect(commands[i], row.answers[i]);
    const Error error = error_of([&] { bench.driver.identify(); });
    CHECK(error.code() == Code::chip_foreign);
    CHECK(error.status_word() == row.status);
    CHECK(bench.script.left() == 0);
  }
}

TEST_CASE("opening, marking and installing send nothing: there is nothing to open, to mark or to make") {
  Bench bench;
  const ClearChipKeys keys = station_keys(0x01);
  bench.driver.open(nullptr);
  bench.driver.open(&keys);
  bench.driver.mark({});
  bench.driver.install(applet());
}

TEST_CASE("what the platform does not list is refused before anything is sent") {
  Bench bench;
  const ClearChipKeys keys = station_keys(0x01);
  const auto random = crypto::system_random();
  const crypto::PrivateKey large = crypto::RsaPrivateKey::generate(2048, *random);
  const crypto::PrivateKey p256 = crypto::EcPrivateKey::generate("secp256r1", *random);
  const crypto::PrivateKey p384 = crypto::EcPrivateKey::generate("secp384r1", *random);
  const channel::PaceInfo pace[] = {{{}, 12}};
  const channel::AccessData access_number = {std::nullopt, "123456"};
  const Bytes contents = {0x00};
  const auto write = [&](ReadAccess read) {
    const FileImage files[] = {{Fid{0x0101}, std::nullopt, read, contents}};
    bench.driver.write(applet(), files);
  };
  const std::function<void()> calls[] = {
      [&] { bench.driver.replace_keys(keys); },
      [&] { bench.driver.install(Aid(from_hex("F0504552534F02"))); },
      [&] {
        bench.driver.generate(applet(), {1, "ecdsa-p256"});
      },
      [&] {
        bench.driver.inject(applet(), {1, "rsa-2048", large});
      },
      [&] {
        bench.driver.inject(applet(), {1, "rsa-1024", large});
      },
      [&] {
        bench.driver.inject(applet(), {1, "rsa-1024", p256});
      },
      [&] {
        bench.driver.inject(applet(), {1, "ecdh-p256", p384});
      },
      [&] {
        bench.driver.inject(applet(), {1, "ecdh-p256", private_key()});
      },
      [&] {
        bench.driver.inject(applet(), {1, "ecdsa-p256", p256});
      },
      [&] {
        bench.driver.set_access({printed, false, {}});
      },
      [&] {
        bench.driver.set_access({printed, true, pace});
      },
      [&] {
        bench.driver.set_access({access_number, true, {}});
      },
      [&] { write(ReadAccess::always); },
      [&] { write(ReadAccess::never); },
  };
  for (const auto& call : calls) CHECK(error_of(call).code() == Code::profile_invalid);
}

TEST_CASE("a chip that cannot be read in the clear is opened once, where it has its access data") {
  struct Row {
    const char* refusal;
    bool opened;  // tried, that is
  };
  for (const Row& row : {Row{"6982", true}, Row{"6985", true}, Row{"6986", false}, Row{"6A82", false}}) {
    CAPTURE(row.refusal);
    Bench bench;
    bench.script.expect(select_applet, "9000")
        .expect(
            "00DA006220"
            "621E"
            "5F1F09"
            "4C3839383930324330"
            "5F1806"
            "363930383036"
            "5F1906"
            "393430363233",
            "9000")
        .expect("00A4020C020101", "9000")
        .expect("00B0000003", row.refusal);
    if (row.opened) bench.script.expect("0084000008", "6A81");
    bench.driver.set_access({printed, true, {}});
    const Error error = error_of([&] { bench.driver.read_back(applet(), Fid{0x0101}, 3); });
    CHECK(error.code() == Code::command_refused);
    CHECK(error.status_word() == (row.opened ? 0x6A81 : be16(from_hex(row.refusal))));
    CHECK(bench.script.left() == 0);
  }
  Bench without;  // access data
  without.script.expect(select_applet, "9000").expect("00A4020C020101", "9000").expect("00B0000003", "6982");
  CHECK(error_of([&] { without.driver.read_back(applet(), Fid{0x0101}, 3); }).status_word() == 0x6982);
}

TEST_CASE("files are created before one is filled, EF.COM first, and filled in pieces of 255 bytes") {
  Bench bench;
  const Bytes small = from_hex("C0FFEE"), two(256, 0xAB), whole(510, 0xCD);
  const FileImage files[] = {{Fid{0x0101}, ShortFid{0x01}, ReadAccess::access_control, two},
                             {Fid{0x011E}, ShortFid{0x1E}, ReadAccess::access_control, small},
                             {Fid{0x0102}, std::nullopt, ReadAccess::access_control, whole}};
  bench.script.expect(select_applet, "9000")
      .expect(
          "00E0000006"
          "6304"
          "0003"
          "011E",
          "9000")
      .expect(
          "00E0000006"
          "6304"
          "0100"
          "0101",
          "9000")
      .expect(
          "00E0000006"
          "6304"
          "01FE"
          "0102",
          "9000")
      .expect("00A4020C02011E", "9000")
      .expect("00D6000003C0FFEE", "9000")
      .expect("00A4020C020101", "9000")
      .expect("00D60000FF" + to_hex(Bytes(255, 0xAB)), "9000")
      .expect("00D600FF01AB", "9000")
      .expect("00A4020C020102", "9000")
      .expect("00D60000FF" + to_hex(Bytes(255, 0xCD)), "9000")
      .expect("00D600FFFF" + to_hex(Bytes(255, 0xCD)), "9000");
  bench.driver.write(applet(), files);

  // Further files need nothing but themselves; what has a short identifier is read by it.
  const FileImage further[] = {{Fid{0x011D}, ShortFid{0x1D}, ReadAccess::access_control, small}};
  bench.script
      .expect(
          "00E0000006"
          "6304"
          "0003"
          "011D",
          "9000")
      .expect("00A4020C02011D", "9000")
      .expect("00D6000003C0FFEE", "9000")
      .expect("00B0810000", to_hex(Bytes(256, 0xAB)) + "9000")
      .expect("00B09D0003", "C0FFEE9000")
      .expect("00A4020C020102", "9000")
      .expect("00B0000000", to_hex(Bytes(256, 0xCD)) + "9000")
      .expect("00B00100FE", to_hex(Bytes(254, 0xCD)) + "9000");
  bench.driver.write(applet(), further);
  CHECK(bench.driver.read_back(applet(), Fid{0x0101}, 256) == two);
  CHECK(bench.driver.read_back(applet(), Fid{0x011D}, 3) == small);
  CHECK(bench.driver.read_back(applet(), Fid{0x0102}, 510) == whole);
}

TEST_CASE("the last piece of the largest file ends at its last byte") {
  Bench bench;
  const Bytes largest(32767, 0x5C);
  const FileImage files[] = {{Fid{0x0102}, std::nullopt, ReadAccess::access_control, largest}};
  bench.script.expect(select_applet, "9000")
      .expect(
          "00E0000006"
          "6304"
          "7FFF"
          "0102",
          "9000")
      .expect("00A4020C020102", "9000");
  for (std::size_t offset = 0; offset < 32640; offset += 255) {
    const Bytes head = {0x00, 0xD6, static_cast<std::uint8_t>(offset >> 8), static_cast<std::uint8_t>(offset),
                        0xFF};
    bench.script.expect(to_hex(head) + to_hex(Bytes(255, 0x5C)), "9000");
  }
  bench.script.expect("00D67F807F" + to_hex(Bytes(127, 0x5C)), "9000");
  bench.driver.write(applet(), files);

  const Bytes too_large(32768, 0x5C);
  const FileImage refused[] = {{Fid{0x0103}, std::nullopt, ReadAccess::access_control, too_large}};
  CHECK(error_of([&] { bench.driver.write(applet(), refused); }).code() == Code::chip_full);
}

TEST_CASE("the lock is one command") {
  Bench bench;
  bench.script.expect(select_applet, "9000").expect("00DADEAD", "9000");
  bench.driver.lock();
}

TEST_CASE("a lock is proven by 6D00 or 6985 to a write that could do nothing, and by no other answer") {
  const std::string create = "00E00000026300";
  for (const char* answer : {"6700", "6A80", "9000", "6982", "6986", "6F00", "6300", "6E00"}) {
    CAPTURE(answer);
    Bench bench;
    bench.script.expect(select_applet, "9000").expect(create, answer);
    const Error error = error_of([&] { bench.driver.prove_locked(applet(), nullptr); });
    CHECK(error.code() == Code::verification_failed);
    CHECK(error.status_word() == be16(from_hex(answer)));
  }
  for (const char* answer : {"6D00", "6985"}) {
    CAPTURE(answer);
    Bench bench;
    bench.script.expect(select_applet, "9000").expect(create, answer);
    bench.driver.prove_locked(applet(), nullptr);
  }
}

TEST_CASE("a refusal is an error with the chip's status word, and ends the step") {
  const Bytes contents = {0x5A};
  const FileImage files[] = {{Fid{0x0101}, std::nullopt, ReadAccess::access_control, contents}};
  const std::string create =
                        "00E000000663040001"
                        "0101",
                    select = "00A4020C020101", update = "00D60000015A";
  struct Row {
    const char* what;
    std::vector<std::pair<std::string, std::string>> lines;
    std::function<void(chip::Driver&)> call;
    Code code;
    std::uint16_t status;
  };
  const auto write = [&](chip::Driver& driver) { driver.write(applet(), files); };
  const auto lock = [](chip::Driver& driver) { driver.lock(); };
  const auto inject = [](chip::Driver& driver) { driver.inject(applet(), {1, "rsa-1024", private_key()}); };
  const std::string public_half = "00DA006086608183048180" + to_hex(rsa_key().modulus());
  const std::string bare_public_half = "00DA0060856000048180" + to_hex(rsa_key().modulus());
  const std::string private_half = "00DA006186618183048180" + to_hex(rsa_key().private_exponent().expose());
  const Row rows[] = {
      {"no room for a file", {{create, "6A84"}}, write, Code::chip_full, 0x6A84},
      {"a file is refused", {{create, "6A80"}}, write, Code::command_refused, 0x6A80},
      {"no file to fill", {{create, "9000"}, {select, "6A82"}}, write, Code::command_refused, 0x6A82},
      {"it obeys and says 6F00",
       {{create, "9000"}, {select, "9000"}, {update, "6F00"}},
       write,
       Code::command_refused,
       0x6F00},
      {"a warning is no success",
       {{create, "9000"}, {select, "9000"}, {update, "6300"}},
       write,
       Code::command_refused,
       0x6300},
      {"the lock", {{"00DADEAD", "6985"}}, lock, Code::command_refused, 0x6985},
      {"a public key",
       {{public_half, "6F00"}, {bare_public_half, "6A80"}},
       inject,
       Code::command_refused,
       0x6A80},
      {"no room for a public key", {{public_half, "6A84"}}, inject, Code::chip_full, 0x6A84},
      {"a private key", {{public_half, "9000"}, {private_half, "6A84"}}, inject, Code::chip_full, 0x6A84},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Bench bench;
    bench.script.expect(select_applet, "9000");
    for (const auto& [command, answer] : row.lines) bench.script.expect(command, answer);
    const Error error = error_of([&] { row.call(bench.driver); });
    CHECK(error.code() == row.code);
    CHECK(error.status_word() == row.status);
    CHECK(bench.script.left() == 0);
  }
}
