// The access channel of a closed chip, chip authentication in it, and the issuer's channel through it:
// CONTRACT.md, section 9.
#include <doctest/doctest.h>

#include "closed_chip.hpp"
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

TEST_CASE("access channel: it goes on over every SELECT in it, and reads in short and extended length") {
  for (const std::string& oid : {pace_gm_des, pace_gm_aes}) {
    CAPTURE(oid);
    const std::size_t room = oid == pace_gm_des ? 231 : 223;
    ClosedChip bench;
    Terminal terminal(bench.chip);
    REQUIRE(terminal.pace_with_number(access_number, oid) == "9000");
    CHECK(terminal.secure("00A4020C02011D") == "9000");
    CHECK(terminal.secure("00B0000000") == card_security + "9000");
    CHECK(terminal.secure("00A4040006" + app + "00") == "6F088406" + app + "9000");
    CHECK(terminal.secure("00B0000000") == "6986");
    CHECK(terminal.secure("00A4020C020999") == "6A82");
    CHECK(terminal.secure(select_record) == "9000");
    CHECK(terminal.secure("00B0000000") == holder_record.substr(0, 2 * room) + "9000");
    CHECK(terminal.secure("00B00000000000") == holder_record + "9000");
    CHECK(terminal.secure("00B000000002BD") == holder_record + "6282");
    CHECK(terminal.secure("00B002BC01") == "6B00");
    CHECK(terminal.secure("00B00000") == "6700");
    CHECK(terminal.secure("00B1000004540202BA02") ==
          "5300"
          "9000");
    CHECK(terminal.secure("00B10101"
                          "04540202BA"
                          "04") == "5302" + holder_record.substr(2 * 698) + "9000");
    CHECK(terminal.secure("00B10000"
                          "000003540100"
                          "0000") == "538202BC" + holder_record + "9000");
    CHECK(terminal.secure("00B10102"
                          "03540100"
                          "00") == "6982");
    CHECK(terminal.secure("00A4000C") == "9000");
    CHECK(terminal.secure("00B09C0000") == card_access + "9000");
    CHECK(terminal.secure("00A40000023F00").substr(0, 4) == "6F14");
    CHECK(terminal.secure("00A4040C") == "9000");
    CHECK(terminal.secure("80CA9F7F00").substr(0, 6) == "9F7F2A");
    CHECK(terminal.secure("80CA00E000").substr(0, 4) == "E012");
    CHECK(terminal.secure("80CADF7000") == "6A88");
    CHECK(terminal.secure(select_app) == "9000");
    CHECK(terminal.secure("80CA9F7F00") == "6D00");
    CHECK(terminal.secure("90CA9F7F00") == "6E00");
    CHECK(terminal.secure("0088000008" + pattern(8) + "00").size() == 132);
    CHECK(terminal.secure("80E2880001FF") == "6982");
    CHECK(terminal.secure("00B0830000") == open_file + "9000");
  }
}

TEST_CASE("access channel: an answer of 65,535 bytes at most") {
  ChipConfig config = blank_chip();
  config.hardware.memory = 128 * 1024;
  Bench bench(std::move(config));
  bench.mark();
  bench.store(dgi("6200", fcp("0101", 65535, 1, "40")) + dgi("DF71", access_data()));
  bench.store(dgi("0101", pattern(65535)), 30000);
  bench.lock();
  bench.chip.reset();
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  const Bytes answer = bench.chip.process(terminal.channel->protect("00B08100000000"));
  CHECK(answer.size() <= 65535);
  CHECK(answer.size() > 65535 - 32);
  const std::string plain = terminal.channel->unprotect(answer);
  CHECK(status_of(plain) == "9000");
  CHECK(plain.substr(0, plain.size() - 4) == pattern(65535).substr(0, plain.size() - 4));
}

TEST_CASE("access channel: what ends it") {
  const auto opened = [](ClosedChip& bench, Terminal& terminal) {
    REQUIRE(terminal.pace_with_number(access_number) == "9000");
    REQUIRE(terminal.secure(select_app) == "9000");
    REQUIRE(terminal.secure(select_record) == "9000");
    REQUIRE(bench.chip.effort().protected_bytes > 0);
  };
  const auto protected_read = [](Terminal& terminal) { return terminal.channel->protect("00B0000004"); };
  SUBCASE("a command in the clear, which is answered as without it") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    CHECK(bench.send("00B0000004") == "6982");
    CHECK(terminal.secure("00B0000004") == "[6982]");
  }
  SUBCASE("SELECT in the clear") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    CHECK(bench.send(select_app) == "9000");
    CHECK(terminal.secure("00B0810004") == "[6982]");
  }
  SUBCASE("a wrong MAC") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    Bytes read = protected_read(terminal);
    read[read.size() - 2] ^= 1;
    CHECK(to_hex(bench.chip.process(read)) == "6988");
    CHECK(terminal.secure("00B0000004") == "[6982]");
  }
  SUBCASE("a command again") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    const Bytes read = protected_read(terminal);
    CHECK(terminal.channel->unprotect(bench.chip.process(read)) == holder_record.substr(0, 8) + "9000");
    CHECK(to_hex(bench.chip.process(read)) == "6988");
  }
  SUBCASE("no MAC") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    CHECK(bench.send("0CB0000003"
                     "970104"
                     "00") == "6987");
    CHECK(terminal.secure("00B0000004") == "[6982]");
  }
  SUBCASE("the issuer's secure messaging") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    CHECK(bench.send("84CA9F7F08" + pattern(8) + "00") == "6982");
    CHECK(terminal.secure("00B0000004") == "[6982]");
  }
  SUBCASE("a reset") {
    ClosedChip bench;
    Terminal terminal(bench.chip);
    opened(bench, terminal);
    bench.chip.reset();
    CHECK(terminal.secure("00B09D0004") == "[6982]");
  }
}

TEST_CASE("chip authentication: the channel that follows is with the chip's key") {
  struct {
    std::string pace, agree;
  } cases[] = {{pace_gm_aes, ca_aes}, {pace_gm_aes, ca_des}, {pace_gm_des, ca_aes}, {pace_gm_des, "KAT"}};
  for (const auto& each : cases) {
    CAPTURE(each.pace);
    CAPTURE(each.agree);
    ClosedChip bench;
    Terminal terminal(bench.chip);
    REQUIRE(terminal.pace_with_printed({}, each.pace) == "9000");
    REQUIRE(terminal.secure(select_app) == "9000");
    for (const std::string id : {"", "02"}) {  // once more in the channel that it left
      CHECK((each.agree == "KAT"
                 ? terminal.agree_with_kat(bench.agreement_key, id)
                 : terminal.authenticate_chip(each.agree, bench.agreement_key, id)) == "9000");
      CHECK(bench.chip.effort().key_agreements == 1);
      CHECK(terminal.secure("00B0810004") == holder_record.substr(0, 8) + "9000");
      CHECK(terminal.secure("00B081000002BC") == holder_record + "9000");
    }
    CHECK(terminal.authenticate_chip(ca_aes, bench.signing_key) == "9000");  // the wrong key
    CHECK(terminal.secure("00B0810004") == "[6988]");
  }
}

TEST_CASE("chip authentication: what it refuses") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  const std::string set = command("002241A4", tlv("80", ca_aes)), point = tlv("80", bench.signing_key);
  const std::string off_curve = tlv("80", "04" + pattern(64));
  CHECK(terminal.secure(set) == "6985");  // on the master file
  REQUIRE(terminal.secure(select_app) == "9000");
  struct {
    std::string what, command, status;
  } cases[] = {
      {"GENERAL AUTHENTICATE first", command("00860000", tlv("7C", point), 256), "6985"},
      {"MSE over DH", command("002241A4", tlv("80", "04007F00070202030102")), "6A80"},
      {"MSE of an unknown protocol", command("002241A4", tlv("80", pace_gm_aes)), "6A80"},
      {"MSE of another key", command("002241A4", tlv("80", ca_aes) + "840101"), "6A88"},
      {"MSE without protocol", command("002241A4", "840102"), "6A80"},
      {"MSE", set, "9000"},
      {"GENERAL AUTHENTICATE with a point off the curve", command("00860000", tlv("7C", off_curve), 256),
       "6A80"},
      {"and again", command("00860000", tlv("7C", point), 256), "6985"},
      {"MSE anew", set, "9000"},
      {"GENERAL AUTHENTICATE of another form",
       command("00860000", tlv("7C", tlv("81", bench.signing_key)), 256), "6A80"},
      {"MSE:Set KAT of another key", command("002241A6", tlv("91", bench.signing_key) + "840103"), "6A88"},
      {"MSE:Set KAT with a point off the curve", command("002241A6", tlv("91", "04" + pattern(64))), "6A80"},
      {"MSE:Set KAT without a point", command("002241A6", "840102"), "6A80"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(terminal.secure(each.command) == each.status);
  }
  CHECK(terminal.secure("00B0810004") == holder_record.substr(0, 8) + "9000");  // the channel is as it was
}

TEST_CASE("closed chip: the issuer's channel is opened through the access channel, and then holds alone") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  bench.through = [&](ByteView raw) { return from_hex(terminal.secure(to_hex(raw))); };
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.through = nullptr;
  CHECK(bench.secure("80CA9F7F00").substr(0, 6) == "9F7F2A");
  CHECK(bench.secure("80CA00E000").size() == 44);
  CHECK(bench.secure(install_app) == "6985");
  CHECK(bench.secure(put_key(transport_keys(), issuer_keys())) == "6985");
  CHECK(bench.secure("80F0800F") == "6985");
  CHECK(bench.secure("00B09C0000") == card_access + "9000");
  CHECK(bench.secure("00B09D0000") == "6982");  // it is not the access channel
  CHECK(terminal.secure("00B09C0000") == "[6982]");
  CHECK(bench.status("84CA9F7F08" + pattern(8) + "00") == "6982");  // that ended the issuer's, too
}

TEST_CASE("closed chip: the issuer's channel on an application, wrong keys, and what ends it half way") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  REQUIRE(terminal.secure(select_app) == "9000");
  bench.through = [&](ByteView raw) { return from_hex(terminal.secure(to_hex(raw))); };
  CHECK(bench.open(issuer_keys()) == "6300");
  CHECK(terminal.secure("00B0810004") == holder_record.substr(0, 8) + "9000");  // the access channel goes on
  CHECK(terminal.secure("8482330010" + pattern(16)) == "6985");
  bench.spoil = 9;
  CHECK(bench.open(transport_keys()) == "6300");
  bench.spoil.reset();
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.through = nullptr;
  CHECK(bench.secure("0088000008" + pattern(8) + "00").size() == 132);
  CHECK(bench.secure(command("80E28800", dgi("0103", open_file))) == "6985");

  bench.chip.reset();
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  REQUIRE(terminal.secure("8050000008" + pattern(8) + "00").size() == 2 * (10 + 3 + 8 + 8 + 3) + 4);
  CHECK(bench.send("00A4040000").size() > 4);  // ends both
  CHECK(bench.send("8482330010" + pattern(16)) == "6982");
}

TEST_CASE("closed chip: wrong cryptograms of a holder's reader cost time, and never the issuer's keys") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  const auto open_with = [&](const KeySet& keys) {
    bench.chip.reset();
    REQUIRE(terminal.pace_with_number(access_number) == "9000");
    bench.through = [&](ByteView raw) { return from_hex(terminal.secure(to_hex(raw))); };
    const std::string status = bench.open(keys);
    bench.through = nullptr;
    return status;
  };
  const auto delays = [&] {
    bench.chip.reset();
    REQUIRE(terminal.pace_with_number(access_number) == "9000");
    terminal.secure("8050000008" + pattern(8) + "00");
    return bench.chip.effort().delays;
  };
  CHECK(delays() == 0);
  for (int wrong = 1; wrong <= 12; ++wrong) {
    CHECK(open_with(issuer_keys()) == "6300");
    CHECK(delays() == 1);
    bench.chip.power_off();
    bench.chip.power_on();
  }
  CHECK(open_with(transport_keys()) == "9000");
  CHECK(bench.secure("80CA9F7F00").substr(0, 6) == "9F7F2A");
  CHECK(delays() == 0);
}

TEST_CASE("closed chip: a command whose length is refused ends either channel") {
  for (const std::string& unread :
       {std::string(), std::string("80CA9F"), std::string("00B0000005AA"), std::string("0CB0000005AA"),
        "84E2880000FFF8" + pattern(65528), "0CB0000000FFF8" + pattern(65528)}) {
    const std::string begin = unread.substr(0, 20);
    CAPTURE(begin);
    ClosedChip bench;
    Terminal terminal(bench.chip);
    REQUIRE(terminal.pace_with_number(access_number) == "9000");
    CHECK(bench.send(unread) == "6700");
    CHECK(terminal.secure("00B09C0000") == "[6982]");

    bench.chip.reset();
    REQUIRE(terminal.pace_with_number(access_number) == "9000");
    bench.through = [&](ByteView raw) { return from_hex(terminal.secure(to_hex(raw))); };
    REQUIRE(bench.open(transport_keys()) == "9000");
    bench.through = nullptr;
    CHECK(bench.send(unread) == "6700");
    CHECK(bench.secure("80CA9F7F00") == "6982");
  }
}

TEST_CASE("closed chip: terminated through its channels, it says that and nothing else") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  bench.through = [&](ByteView raw) { return from_hex(terminal.secure(to_hex(raw))); };
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.through = nullptr;
  CHECK(bench.secure("80F080FF") == "9000");
  CHECK(bench.send(environment) == "6985");
  CHECK(bench.send("00B09C0000") == "6985");
  CHECK(bench.status("00A40000") == "6985");
  const std::string description = bench.send("00A4040000");
  CHECK(description.substr(24, 6) == "8A01FF");
  CHECK(bench.send("80CA9F7F00") == "6982");
  bench.chip.power_off();
  bench.chip.power_on();
  CHECK(bench.send("80CA9F7F00") == "6982");
  CHECK(bench.send("0CCA9F7F00") == "6985");

  GlobalPlatformState again;  // as it stands once its memory was tidied
  for (const Bytes& record : GlobalPlatformState::load(bench.chip.nvm()).snapshot()) again.apply(record);
  CHECK(again.closed());
  CHECK(again.life == LifeCycle::terminated);
}

TEST_CASE("chip: one that is terminated before the lock says who it is, access data or not") {
  ClosedChip bench(access_data(), false);
  REQUIRE(bench.status("00A4040000") == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure("80F080FF") == "9000");
  CHECK(bench.send("80CA9F7F00").substr(0, 6) == "9F7F2A");
  CHECK(bench.send("80CA00E000") == "6985");
  CHECK_FALSE(GlobalPlatformState::load(bench.chip.nvm()).closed());
}

}  // namespace
}  // namespace perso::vchip
