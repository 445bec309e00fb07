// The globalplatform platform after the lock, with access data: CONTRACT.md, section 9.
#include <doctest/doctest.h>

#include "closed_chip.hpp"
#include "crypto/ec.hpp"
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

TEST_CASE("closed chip: a stranger is answered nothing that tells the chip") {
  struct {
    std::string what, command, status;
    bool in_application;
  } cases[] = {
      {"SELECT of the issuer security domain", "00A4040000", "9000", false},
      {"SELECT of the master file", "00A40000", "9000", false},
      {"SELECT of the application", "00A4040006" + app, "9000", false},
      {"SELECT of another", "00A4040006F05045525300", "6A82", false},
      {"EF.CardAccess", "00B09C0000", "9000", false},
      {"EF.CardSecurity", "00B09D0000", "6982", false},
      {"EF.CardSecurity, odd",
       "00B1011D"
       "03540100"
       "00",
       "6982", false},
      {"a file that is open", "00B0830000", "9000", true},
      {"the record", "00B0810000", "6982", true},
      {"the holder_record, extended", "00B08100000000", "6982", true},
      {"a file that nobody reads",
       "00B10102"
       "03540100"
       "00",
       "6982", true},
      {"CPLC", "80CA9F7F00", "6982", false},
      {"key information", "80CA00E000", "6982", false},
      {"the mark", "80CADF7000", "6982", false},
      {"other data", "80CA006600", "6982", false},
      {"CPLC on the application", "80CA9F7F00", "6D00", true},
      {"INITIALIZE UPDATE", "8050000008" + pattern(8) + "00", "6982", false},
      {"INITIALIZE UPDATE of the wrong length",
       "8050000001"
       "0000",
       "6982", false},
      {"INITIALIZE UPDATE on the application", "8050000008" + pattern(8) + "00", "6982", true},
      {"EXTERNAL AUTHENTICATE of the issuer", "8482330010" + pattern(16), "6982", false},
      {"INTERNAL AUTHENTICATE", "0088000008" + pattern(8) + "00", "6982", true},
      {"PUT KEY", "80D8018101FF", "6982", false},
      {"INSTALL", install_app, "6982", false},
      {"SET STATUS", "80F080FF", "6982", false},
      {"STORE DATA",
       "80E28800"
       "02DF71",
       "6982", false},
      {"STORE DATA on the application", "80E2880002DF71", "6982", true},
      {"GENERATE", "8046840105AC0380011300", "6982", true},
      {"chip authentication",
       "002241A4"
       "0C"
       "800A" +
           ca_aes,
       "6985", true},
      {"chip authentication, MSE:Set KAT",
       "002241A6"
       "029100",
       "6985", true},
      {"GENERAL AUTHENTICATE before MSE",
       "1086000002"
       "7C00"
       "00",
       "6985", false},
      {"EXTERNAL AUTHENTICATE before GET CHALLENGE", "0082000028" + pattern(40) + "28", "6985", true},
      {"basic access control on the master file", "0084000008", "6D00", false},
      {"secure messaging", "0CB0810000", "6982", true},
      {"secure messaging of the issuer", "84CA9F7F08" + pattern(8) + "00", "6982", false},
      {"class 8C", "8CCA9F7F00", "6982", false},
      {"a logical channel", "01B0810000", "6E00", true},
      {"an instruction that there is not", "00200000", "6D00", true},
      {"DELETE", "80E40000024F00", "6D00", false},
      {"GET STATUS", "80F24000024F0000", "6D00", false},
  };
  ClosedChip bench;
  const GlobalPlatformState state = GlobalPlatformState::load(bench.chip.nvm());
  std::vector<std::string> telling = {to_hex(state.hardware.chip_id()),
                                      to_hex(ByteView(state.hardware.cplc).first(8)),
                                      to_hex(*state.mark),
                                      hex_of(access_number),
                                      hex_of(Printed{}.number),
                                      hex_of(Printed{}.birth),
                                      holder_record.substr(0, 16),
                                      card_security.substr(0, 16),
                                      bench.signing_key.substr(2, 16),
                                      bench.agreement_key.substr(2, 16)};
  for (const Secret& key : state.keys.keys) telling.push_back(to_hex(key.expose()));
  for (const auto& [id, pair] : state.applications.at(0).key_pairs)
    telling.push_back(to_hex(pair.scalar.expose()));
  const std::size_t log = bench.chip.nvm().log().size();
  for (const auto& each : cases) {
    CAPTURE(each.what);
    bench.chip.reset();
    if (each.in_application) REQUIRE(bench.status(select_app) == "9000");
    const std::string answer = bench.send(each.command);
    CHECK(status_of(answer) == each.status);
    for (const std::string& secret : telling) CHECK(answer.find(secret) == std::string::npos);
  }
  CHECK(bench.chip.nvm().log().size() == log);  // and nothing was written
  CHECK(bench.send("00A4040000").substr(26, 6) == "010FA5");
}

TEST_CASE(
    "closed chip: PACE opens it with each password and protocol, on the master file and on the application") {
  ClosedChip bench;
  for (const std::string& oid : {pace_gm_des, pace_gm_aes, pace_cam_aes}) {
    for (const bool on_application : {false, true}) {
      for (const bool by_number : {false, true}) {
        CAPTURE(oid);
        CAPTURE(on_application);
        CAPTURE(by_number);
        bench.chip.reset();
        if (on_application) REQUIRE(bench.status(select_app) == "9000");
        Terminal terminal(bench.chip);
        REQUIRE((by_number ? terminal.pace_with_number(access_number, oid)
                           : terminal.pace_with_printed({}, oid)) == "9000");
        if (oid == pace_cam_aes) {
          CHECK(terminal.proven_by(bench.agreement_key));
          CHECK_FALSE(terminal.proven_by(bench.signing_key));
        }
        CHECK(terminal.secure(select_app) == "9000");
        CHECK(terminal.secure("00B0810004") == holder_record.substr(0, 8) + "9000");
      }
    }
  }
}

TEST_CASE("closed chip: MSE:Set AT and GENERAL AUTHENTICATE and what they refuse") {
  const auto set = [](const std::string& objects, const std::string& parameters = "C1A4") {
    return command("0022" + parameters, objects);
  };
  const std::string oid = tlv("80", pace_gm_aes), password = "830102";
  struct {
    std::string what, command, status;
  } cases[] = {
      {"all", set(oid + password + "84010C"), "9000"},
      {"without parameters", set(oid + password), "9000"},
      {"another protocol", set(tlv("80", "04007F00070202040204") + password), "6A80"},
      {"other parameters", set(oid + password + "84010D"), "6A80"},
      {"no such password", set(oid + "830103"), "6A88"},
      {"a password of two bytes", set(oid + "83020102"), "6A88"},
      {"no password", set(oid), "6A80"},
      {"no protocol", set(password), "6A80"},
      {"another object", set(oid + password + "85010C"), "6A80"},
      {"parameters of two bytes", set(oid + password + "8402000C"), "6A88"},
      {"empty", "0022C1A4", "6A80"},
      {"another template", set(oid, "81B6"), "6A86"},
      {"Set DST", set(oid, "C1B6"), "6A86"},
  };
  ClosedChip bench;
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(bench.send(each.command) == each.status);
    const std::string next = bench.send(
        "1086000002"
        "7C00"
        "00");
    CHECK((status_of(next) == "9000") == (each.status == "9000"));
    if (each.status != "9000") CHECK(next == "6985");
  }
  REQUIRE(bench.send(environment) == "9000");
  CHECK(bench.send("1086000102"
                   "7C00"
                   "00") == "6A86");
  CHECK(status_of(bench.send("1086000002"
                             "7C00"
                             "00")) == "9000");
  CHECK(status_of(bench.send("1086000004"
                             "7C028100"
                             "00")) != "9000");
  CHECK(bench.send("1086000002"
                   "7C00"
                   "00") == "6985");  // a refusal is the end
  REQUIRE(bench.send(environment) == "9000");
  CHECK(bench.status("00A40000") == "9000");  // so is a selection
  CHECK(bench.send("1086000002"
                   "7C00"
                   "00") == "6985");
}

TEST_CASE("closed chip: where one protocol has two parameters they are named") {
  ClosedChip bench(tlv("82", hex_of(access_number)) + pace_offer(pace_gm_aes, "0D") +
                   pace_offer(pace_gm_aes));
  CHECK(bench.send(environment) == "6A80");
  Terminal terminal(bench.chip);
  CHECK(terminal.pace_with_number(access_number) == "9000");
}

TEST_CASE("closed chip: chip authentication mapping needs a key on its curve") {
  const std::string access =
      tlv("82", hex_of(access_number)) + pace_offer(pace_cam_aes, "0D") + pace_offer(pace_gm_aes);
  ClosedChip bench(access);
  CHECK(bench.send(command("0022C1A4", tlv("80", pace_cam_aes) + "830102")) == "6A80");
}

TEST_CASE("closed chip: a wrong password slows it down, another one no further, whatever the power does") {
  ClosedChip bench;
  const auto delays = [&] {
    bench.send(environment);
    bench.send(
        "1086000002"
        "7C00"
        "00");
    return bench.chip.effort().delays;
  };
  const auto delays_of_challenge = [&] {
    bench.send(select_app);
    bench.send("0084000008");
    return bench.chip.effort().delays;
  };
  CHECK(delays() == 0);
  for (std::size_t i = 1; i <= 12; ++i) {
    CAPTURE(i);
    bench.chip.reset();
    Terminal terminal(bench.chip);
    switch (i % 4) {
      case 0:
        CHECK(terminal.pace_with_number("000000") == "6300");
        break;
      case 1:
        terminal.spoil_token = true;
        CHECK(terminal.pace_with_number(access_number) == "6300");
        break;
      case 2:
        CHECK(terminal.pace_with_printed({"WRONG0000", "690806", "940623"}) == "6300");
        break;
      default:
        REQUIRE(bench.status(select_app) == "9000");
        CHECK(terminal.basic({"WRONG0000", "690806", "940623"}) == "6300");
    }
    CHECK(bench.send("1086000002"
                     "7C00"
                     "00") == "6985");
    CHECK(bench.send("00B09D0000") == (i % 4 == 3 ? "6A82" : "6982"));
    bench.chip.power_off();
    bench.chip.power_on();
    CHECK(delays() == 1);
    CHECK(delays_of_challenge() == 1);
  }
  CHECK(Timing::contactless().delay == std::chrono::seconds(1));
  Terminal terminal(bench.chip);
  CHECK(terminal.pace_with_printed() == "9000");
  bench.chip.reset();
  CHECK(delays() == 0);
  CHECK(delays_of_challenge() == 0);
}

TEST_CASE("closed chip: a failure is remembered before it is answered") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  bench.chip.nvm().cut_power_after_records(0);
  CHECK_THROWS_AS(terminal.pace_with_number("000000"), PowerLoss);  // no answer
  bench.chip.power_on();
  bench.chip.nvm().cut_power_after_records(1);
  CHECK(terminal.pace_with_number("000000") == "6300");
  CHECK(GlobalPlatformState::load(bench.chip.nvm()).access_failed);
  const std::size_t log = bench.chip.nvm().log().size();
  CHECK(terminal.pace_with_number("000000") == "6300");
  CHECK(bench.chip.nvm().log().size() == log);  // the second one leaves nothing behind
}

TEST_CASE("closed chip: basic access control where the access data say so") {
  ClosedChip bench;
  REQUIRE(bench.status(select_app) == "9000");
  CHECK(bench.send("0084000000") == "6700");
  CHECK(bench.send("0084000108") == "6A86");
  REQUIRE(bench.send("0084000008").size() == 20);
  CHECK(bench.send("0082000027" + pattern(39) + "28") == "6700");
  CHECK(bench.send("0082000028" + pattern(40) + "28") == "6300");
  CHECK(bench.send("0082000028" + pattern(40) + "28") == "6985");  // the challenge is spent
  Terminal terminal(bench.chip);
  REQUIRE(terminal.basic() == "9000");
  CHECK(terminal.secure(select_record) == "9000");
  CHECK(terminal.secure("00B0000004") == holder_record.substr(0, 8) + "9000");
  CHECK(terminal.secure("0084000008") == "6985");
  CHECK(terminal.secure("0082000028" + pattern(40) + "28") == "6985");
  CHECK(terminal.secure(environment) == "6985");

  ClosedChip without(tlv("82", hex_of(access_number)) + pace_offer(pace_gm_aes));
  REQUIRE(without.status(select_app) == "9000");
  CHECK(without.send("0084000008") == "6985");
  CHECK(without.send("0082000028" + pattern(40) + "28") == "6985");
}

TEST_CASE(
    "a chip for the adaptation kit: weaker ways in EF.CardAccess than it has, and a key of after EF.DG15") {
  ClosedChip bench(access_data(), false);
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.store(dgi("011C", pattern(60, 0x99)));  // whatever it says, the access data stay
  REQUIRE(bench.status(select_app) == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  const std::string anew = bench.secure("8046840105AC0380011300").substr(10, 130);
  REQUIRE(bench.status("00A4040000") == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.lock();
  bench.chip.reset();
  CHECK(bench.send("00B09C0000") == pattern(60, 0x99) + "9000");
  Terminal terminal(bench.chip);
  REQUIRE(terminal.pace_with_number(access_number) == "9000");
  REQUIRE(terminal.secure(select_app) == "9000");
  const Bytes answer = from_hex(terminal.secure("0088000008" + pattern(8) + "00"));
  REQUIRE(answer.size() == 66);
  const auto signed_by = [&](const std::string& point) {
    return crypto::EcPublicKey::from_point("secp256r1", from_hex(point))
        .verify_plain(crypto::Hash::sha256, from_hex(pattern(8)), ByteView(answer).first(64));
  };
  CHECK(signed_by(anew));
  CHECK_FALSE(signed_by(bench.signing_key));
}

TEST_CASE("closed chip: what opening it costs") {
  ClosedChip bench;
  REQUIRE(bench.send(environment) == "9000");
  CHECK(bench.chip.effort().key_agreements == 0);
  bench.send(
      "1086000002"
      "7C00"
      "00");
  CHECK(bench.chip.effort().key_agreements == 0);
  bench.send(command("10860000", tlv("7C", tlv("81", bench.signing_key)), 256));
  CHECK(bench.chip.effort().key_agreements == 3);
  bench.send(command("10860000", tlv("7C", tlv("83", bench.agreement_key)), 256));
  CHECK(bench.chip.effort().key_agreements == 2);
  Effort effort;
  effort.key_agreements = 2;
  CHECK(Timing::contact().cost(effort) == Timing::contact().cost({}) + 2 * Timing::contact().key_agreement);
  CHECK(Timing::contact().key_agreement >= std::chrono::milliseconds(123));
  CHECK(Timing::contact().key_agreement <= std::chrono::milliseconds(266));
}

}  // namespace
}  // namespace perso::vchip
