// The driver's commands, byte by byte, against a script.
#include <doctest/doctest.h>

#include <functional>

#include "globalplatform_bench.hpp"

using namespace perso;
using namespace perso::test;
using chip::FileImage;
using iso7816::Aid;
using iso7816::Fid;
using iso7816::ShortFid;

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
}

TEST_CASE("keys are replaced in one command, and are in use from then on") {
  Bench bench;
  const std::string checks = bench.issuer.kcv(keys::Role::enc).hex() +
                             bench.issuer.kcv(keys::Role::mac).hex() +
                             bench.issuer.kcv(keys::Role::dek).hex();
  const auto block = [&](const keys::ChipKeys& under, keys::Role role) {
    return "881110" + to_hex(bench.issuer.wrapped_under(under, role)) + "03" + bench.issuer.kcv(role).hex();
  };
  const auto put_key = [&](const std::string& version, const keys::ChipKeys& under) {
    return "80D8" + version + "814602" + block(under, keys::Role::enc) + block(under, keys::Role::mac) +
           block(under, keys::Role::dek) + "00";
  };
  bench.open();
  bench.script.expect(put_key("01", bench.transport), "03" + checks + "9000");
  CHECK(error_of([&] { bench.driver.replace_keys(bench.issuer); }).code() == Code::read_back_differs);
  bench.script.expect(put_key("01", bench.transport), "02" + checks + "9000")
      .expect(put_key("02", bench.issuer), "02" + checks + "9000");
  bench.driver.replace_keys(bench.issuer);
  bench.driver.replace_keys(bench.issuer);
}

TEST_CASE("without keys no channel is opened") {
  Bench bench;
  CHECK(error_of([&] { bench.driver.open(nullptr); }).code() == Code::key_missing);
  CHECK(error_of([&] { bench.driver.install(application()); }).code() == Code::key_missing);
}

TEST_CASE("what the platform does not list is refused before anything is sent") {
  Bench bench;
  bench.open();
  const auto random = crypto::system_random();
  const crypto::PrivateKey rsa = crypto::RsaPrivateKey::generate(1024, *random);
  const crypto::PrivateKey p384 = crypto::EcPrivateKey::generate("secp384r1", *random);
  const std::function<void()> calls[] = {
      [&] {
        bench.driver.inject(application(), {1, "rsa-1024", rsa});
      },
      [&] {
        bench.driver.inject(application(), {1, "ecdsa-p256", rsa});
      },
      [&] {
        bench.driver.inject(application(), {1, "ecdh-p256", p384});
      },
      [&] {
        bench.driver.generate(application(), {1, "rsa-2048"});
      },
  };
  for (const auto& call : calls) CHECK(error_of(call).code() == Code::profile_invalid);
}

TEST_CASE("an application's data goes the shortest way") {
  const Bytes contents = {0xC0};
  const FileImage first[] = {{Fid{0x0101}, std::nullopt, chip::ReadAccess::always, contents}};
  const FileImage second[] = {{Fid{0x0102}, std::nullopt, chip::ReadAccess::always, contents}};
  const auto stream = [](const std::string& fid) {
    return "80E288001562000E620C8302" + fid + "800200018C020100" + fid + "01C000";
  };
  const auto install_for = [](const std::string& aid) { return "80E620000D000007" + aid + "00000000"; };
  const std::string travel = "A0000002471001", national = "F0504552534F02";
  const Aid other(from_hex(national));
  Bench bench;
  bench.open();
  SUBCASE("through the security domain, where its channel is open: a second stream needs no second INSTALL") {
    bench.script.expect(install_for(travel), "009000")
        .expect(stream("0101"), "9000")
        .expect(stream("0102"), "9000")
        .expect(install_for(national), "009000")
        .expect(stream("0101"), "9000")
        .expect(install_for(travel), "009000")
        .expect(stream("0102"), "9000");
    bench.driver.write(application(), first);
    bench.driver.write(application(), second);
    bench.driver.write(other, first);
    bench.driver.write(application(), second);
  }
  SUBCASE("an INSTALL of another kind, and one that is refused, end it") {
    bench.script.expect(install_for(travel), "009000")
        .expect(stream("0101"), "9000")
        .expect("80E60C001F07F0504552534F0108F0504552534F010107F0504552534F02010002C9000000", "009000")
        .expect(install_for(travel), "009000")
        .expect(stream("0102"), "9000")
        .expect(install_for(national), "6A88")
        .expect(install_for(travel), "009000")
        .expect(stream("0102"), "9000");
    bench.driver.write(application(), first);
    bench.driver.install(other);
    bench.driver.write(application(), second);
    error_of([&] { bench.driver.write(other, first); });
    bench.driver.write(application(), second);
  }
  SUBCASE("directly, where a channel to an application is open") {
    const std::string point = "04" + std::string(128, '7');
    bench.script.expect("00A4040C07" + travel, "9000")
        .expect("8046840105AC0380011300", "7F49438641" + point + "9000")
        .expect(stream("0101"), "9000")
        .expect("00A4040C07" + national, "9000")
        .expect(stream("0101"), "9000");
    bench.driver.generate(application(), {1, "ecdsa-p256"});
    bench.driver.write(application(), first);
    bench.driver.write(other, first);
  }
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
          "AC03800123"
          "00",
          "7F4943"
          "8641" +
              point + "9000");
  CHECK(to_hex(bench.driver.generate(application(), {1, "ecdsa-p256"})) == point);
  bench.driver.generate(application(), {2, "ecdh-p256"});

  for (const char* wrong : {"7F49038601049000", "9000", "7F494386410411119000", "30009000"}) {
    CAPTURE(wrong);
    bench.script.expect(
        "8046840105"
        "AC03800113"
        "00",
        wrong);
    CHECK(error_of([&] {
            bench.driver.generate(application(), {1, "ecdsa-p256"});
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
  bench.driver.generate(application(), {1, "ecdsa-p256"});
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
  bench.driver.open(&bench.transport);  // the script would see a SELECT
  bench.script.expect("00A4040C07A0000002471001", "9000")
      .expect("00A4020C020101", "9000")
      .expect("00B0000001", "009000");
  bench.driver.read_back(application(), Fid{0x0101}, 1);
  bench.script.expect(select_isd_again, "9000").expect("80F0800F00", "9000");
  bench.driver.lock();
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
    const Error error = error_of([&] { bench.driver.prove_locked(application(), &bench.transport); });
    CHECK(error.code() == Code::verification_failed);
    CHECK(error.status_word() == row.status);
  }
  Bench bench;
  bench.script.expect(select_isd_again, "9000").expect(install, "6985");
  bench.driver.prove_locked(application(), &bench.transport);
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
  ScriptedCard card;
  RepeatedRandom random(Bytes{0});
  CHECK(chip::make_driver(globalplatform(), card, random, 255) != nullptr);
  CHECK(error_of([&] { chip::make_driver(globalplatform(), card, random, 254); }).code() ==
        Code::config_invalid);
  platform::Platform other = globalplatform();
  other.name = "another";
  CHECK(error_of([&] { chip::make_driver(other, card, random, 255); }).code() == Code::profile_invalid);
}
