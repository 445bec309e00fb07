// The globalplatform platform before the lock: the master file, access data, keys that are injected.
// CONTRACT.md, sections 5 to 7 and 9.
#include <doctest/doctest.h>

#include "closed_chip.hpp"
#include "crypto/ec.hpp"
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

std::string block(const std::string& dgis) {
  return command("80E28800", dgis);
}

std::string key_object(const std::string& id, const std::string& algorithm, const std::string& scalar) {
  return dgi("7F48", "8401" + id + "8001" + algorithm + tlv("92", scalar));
}

const std::string scalar = pattern(32, 1);
const std::string order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

TEST_CASE("chip: the master file has files, written on the issuer security domain, read there alone") {
  ClosedChip bench("", false);
  for (const std::string select : {"00A40000", "00A4000C", "00A4000C023F00", "00A4040C",
                                   "00A4000002"
                                   "3F00"}) {
    CAPTURE(select);
    REQUIRE(bench.status(select_app) == "9000");
    CHECK(bench.send("00A4020C02011C") == "6A82");
    CHECK(bench.status(select) == "9000");
    CHECK(bench.send("00A4020C02011C") == "9000");
    CHECK(bench.send("00B0000000") == card_access + "9000");
    CHECK(bench.send("00B09C0000") == card_access + "9000");
    CHECK(bench.send("00B09D0000") == card_security + "9000");
    CHECK(bench.send("00B1011C"
                     "03540102"
                     "04") == "5302" + card_access.substr(4, 4) + "9000");
    CHECK(bench.send("00A4020C020101") == "6A82");
  }
  CHECK(bench.send("00A40000") == bench.send("00A4040000"));
  CHECK(bench.send("00A4000C023F01") == "6A82");
  CHECK(bench.send("00A40004") == "6A86");
  CHECK(bench.send("00A4000C02011C") == "6A82");  // SELECT by path or identifier is not there
}

TEST_CASE(
    "chip: the issuer security domain takes files again after INSTALL [for personalization] once it is "
    "selected anew") {
  ClosedChip bench("", false);
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure(block(dgi("011C", pattern(60)))) == "9000");
  bench.target();
  CHECK(bench.secure(block(dgi("011C", card_access))) == "6A88");
  CHECK(bench.secure(block(dgi("DF71", access_data()))) == "6A88");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure(block(dgi("011C", card_access))) == "9000");
  CHECK(bench.secure(block(dgi("0101", holder_record))) == "6A88");
  CHECK(bench.secure(block(dgi("6200", fcp("011C", 5)))) == "6A89");
  CHECK(bench.secure(block(dgi("6200", fcp("0120", 5, 0x1C)))) == "6A80");
  CHECK(bench.secure(block(key_object("03", "13", scalar))) == "6A88");
}

TEST_CASE("chip: access data and what they refuse") {
  const std::string printed = printed_object(), number = tlv("82", hex_of(access_number));
  const std::string offer = pace_offer(pace_gm_aes);
  struct {
    std::string what, value, status;
  } cases[] = {
      {"all", access_data(), "9000"},
      {"number and PACE", number + offer, "9000"},
      {"printed data and PACE", printed + offer, "9000"},
      {"printed data and basic access control", printed + "8500", "9000"},
      {"a number of 16 digits", tlv("82", hex_of("1234567890123456")) + offer, "9000"},
      {"a document number of 22 characters",
       printed_object({"A234567890123456789012", "690806", "940623"}) + offer, "9000"},
      {"PACE over DH", number + pace_offer("04007F00070202040102", "00"), "9000"},
      {"integrated mapping on brainpoolP320r1", number + pace_offer("04007F00070202040404", "0E"), "9000"},
      {"nothing", "", "6A80"},
      {"no way in", printed + number, "6A80"},
      {"PACE without a password", offer, "6A80"},
      {"basic access control without printed data", number + "8500", "6A80"},
      {"basic access control with contents", printed + "850100", "6A80"},
      {"a number of 5 digits", tlv("82", hex_of("12345")) + offer, "6A80"},
      {"a number of 17 digits", tlv("82", hex_of("12345678901234567")) + offer, "6A80"},
      {"a number with a letter", tlv("82", hex_of("12345A")) + offer, "6A80"},
      {"a document number of 8 characters", printed_object({"L898902C", "690806", "940623"}) + offer, "6A80"},
      {"a document number in lower case", printed_object({"l898902c<", "690806", "940623"}) + offer, "6A80"},
      {"a date of 8 digits", printed_object({"L898902C<", "19690806", "940623"}) + offer, "6A80"},
      {"another order", number + printed + offer, "6A80"},
      {"an object after the protocols", number + offer + "8500", "6A80"},
      {"an unknown object", number + "8600" + offer, "6A80"},
      {"an unknown protocol", number + pace_offer("04007F00070202040209"), "6A80"},
      {"an identifier that is none", number + pace_offer("04"), "6A80"},
      {"parameters that there are not", number + pace_offer(pace_gm_aes, "07"), "6A80"},
      {"parameters of the other kind", number + pace_offer(pace_gm_aes, "00"), "6A80"},
      {"two parameters", number + pace_offer(pace_gm_aes, "0C0D"), "6A80"},
      {"a protocol without parameters", number + tlv("A3", tlv("06", pace_gm_aes)), "6A80"},
      {"cut short", (number + offer).substr(0, 20), "6A80"},
      {"too long", std::string(2 * 513, '0'), "6A84"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    ClosedChip bench("", false);
    REQUIRE(bench.open(transport_keys()) == "9000");
    const std::size_t before = bench.chip.nvm().log().size();
    CHECK(bench.secure(block(dgi("DF71", each.value))) == each.status);
    if (each.status != "9000") CHECK(bench.chip.nvm().log().size() == before);
    CHECK(GlobalPlatformState::load(bench.chip.nvm()).access.has_value() == (each.status == "9000"));
  }
}

TEST_CASE("chip: access data may come again, in pieces too, and not after the lock") {
  ClosedChip bench(access_data(), false);
  REQUIRE(bench.open(transport_keys()) == "9000");
  bench.store(dgi("DF71", tlv("82", hex_of("777777")) + pace_offer(pace_gm_aes)), 7);
  bench.lock();
  CHECK(bench.secure(block(dgi("DF71", access_data()))) == "6985");
  bench.chip.reset();
  Terminal terminal(bench.chip);
  CHECK(terminal.pace_with_number(access_number) == "6300");
  CHECK(terminal.pace_with_printed() == "6A88");
  CHECK(terminal.pace_with_number("777777") == "9000");
}

TEST_CASE("chip: a chip without access data has no door and no lock to it") {
  ClosedChip bench("");
  CHECK(bench.status("80CA9F7F00") == "9000");
  CHECK(bench.send("0022C1A4"
                   "0F"
                   "800A" +
                   pace_gm_aes + "830102") == "6985");
  CHECK(bench.send("1086000002"
                   "7C00"
                   "00") == "6985");
  CHECK(bench.send("0084000008") == "6D00");  // no application
  CHECK(bench.send("00B09D0000") == card_security + "9000");
  REQUIRE(bench.status(select_app) == "9000");
  CHECK(bench.send("0084000008") == "6985");
  CHECK(bench.send("0082000028" + pattern(40) + "28") == "6985");
  CHECK(bench.send("00B0810002") == holder_record.substr(0, 4) + "9000");
  CHECK(bench.send("0CB0810000") == "6E00");
  CHECK(bench.open(transport_keys()) == "9000");
}

TEST_CASE("chip: keys that are injected and what they refuse") {
  struct {
    std::string what, object, status;
  } cases[] = {
      {"ECDSA", key_object("05", "13", scalar), "9000"},
      {"ECDSA in the place of another", key_object("01", "13", scalar), "9000"},
      {"ECDH in its place", key_object("02", "23", scalar), "9000"},
      {"ECDSA in the place of ECDH", key_object("02", "13", scalar), "9000"},
      {"a second ECDH", key_object("03", "23", scalar), "6985"},
      {"ECDH in the place of ECDSA while there is another", key_object("01", "23", scalar), "6985"},
      {"key 00", key_object("00", "13", scalar), "6A80"},
      {"key 20", key_object("20", "13", scalar), "6A80"},
      {"another algorithm", key_object("05", "14", scalar), "6A80"},
      {"scalar 0", key_object("05", "13", std::string(64, '0')), "6A80"},
      {"the order", key_object("05", "13", order), "6A80"},
      {"one less", key_object("05", "13", order.substr(0, 63) + "0"), "9000"},
      {"above it", key_object("05", "13", std::string(64, 'F')), "6A80"},
      {"a short scalar", key_object("05", "13", scalar.substr(2)), "6A80"},
      {"a long scalar", key_object("05", "13", "00" + scalar), "6A80"},
      {"another order of objects",
       dgi("7F48",
           "800113"
           "840105"
           "9220" +
               scalar),
       "6A80"},
      {"another object",
       dgi("7F48",
           "840105"
           "800113"
           "9320" +
               scalar),
       "6A80"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    ClosedChip bench(access_data(), false);
    REQUIRE(bench.status(select_app) == "9000");
    REQUIRE(bench.open(transport_keys()) == "9000");
    const std::size_t before = bench.chip.nvm().log().size();
    CHECK(bench.secure(block(each.object)) == each.status);
    if (each.status != "9000") CHECK(bench.chip.nvm().log().size() == before);
  }
}

TEST_CASE("chip: an injected key signs, and the lowest identifier of its algorithm is it") {
  ClosedChip bench(access_data(), false);
  REQUIRE(bench.status(select_app) == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  const auto signs = [&](const std::string& point) {
    const Bytes answer = from_hex(bench.secure("0088000008" + pattern(8) + "00"));
    REQUIRE(answer.size() == 66);
    return crypto::EcPublicKey::from_point("secp256r1", from_hex(point))
        .verify_plain(crypto::Hash::sha256, from_hex(pattern(8)), ByteView(answer).first(64));
  };
  CHECK(signs(bench.signing_key));
  RepeatableRandom random;
  const crypto::Curve curve("secp256r1");
  const std::string point = to_hex(curve.multiply(curve.generator(), Secret(from_hex(scalar)), random));
  bench.store(key_object("05", "13", scalar));
  CHECK(signs(bench.signing_key));  // 01
  bench.store(key_object("01", "13", scalar), 11);
  CHECK(signs(point));
  CHECK_FALSE(signs(bench.signing_key));
}

TEST_CASE("chip: one key of chip authentication, whichever instance has it") {
  ClosedChip bench(access_data(), false);
  REQUIRE(bench.open(transport_keys()) == "9000");
  REQUIRE(bench.secure(command("80E60C00",
                               "07F0504552534F01"
                               "08F0504552534F0101"
                               "06F05045525355"
                               "0100"
                               "02C900"
                               "00")) == "009000");
  REQUIRE(bench.status("00A4040C06F05045525355") == "9000");
  REQUIRE(bench.open(transport_keys()) == "9000");
  CHECK(bench.secure("80468402"
                     "05AC0380012300") == "6985");
  CHECK(bench.secure(block(key_object("02", "23", scalar))) == "6985");
  CHECK(bench
            .secure("80468402"
                    "05AC0380011300")
            .substr(0, 4) == "7F49");
  CHECK(bench.secure("0088000008" + pattern(8) + "00").size() == 132);
}

TEST_CASE("chip: access data and keys are counted in pages") {
  ClosedChip bench("", false);
  const auto used = [&] { return GlobalPlatformState::load(bench.chip.nvm()).used() / Nvm::page_size; };
  // The application, its two keys, three files of 11, 1, 1 pages; two of 1 and 2 in the master file.
  CHECK(used() == 1 + 2 + (1 + 11) + (1 + 1) + (1 + 1) + (1 + 1) + (1 + 2));
  REQUIRE(bench.open(transport_keys()) == "9000");
  const std::size_t before = used();
  bench.store(dgi("DF71", access_data()));
  CHECK(used() == before + 2);  // 65 to 128 bytes
  bench.store(dgi("DF71", tlv("82", hex_of("777777")) + pace_offer(pace_gm_aes)));
  CHECK(used() == before + 1);

  ChipConfig config = blank_chip();
  config.hardware.memory = 4 * 64;
  Bench small(std::move(config));
  small.mark();
  small.install();
  CHECK(small.secure(block(dgi("DF71", access_data()))) == "9000");   // 1 + 2 of 4 pages
  CHECK(small.secure(block(dgi("DF71", access_data()))) == "9000");   // in the place of those before
  CHECK(small.secure(block(dgi("6200", fcp("011C", 1)))) == "6A84");  // that were 2
  REQUIRE(small.status(select_app) == "9000");
  REQUIRE(small.open(transport_keys()) == "9000");
  CHECK(small.secure(block(key_object("01", "13", scalar))) == "9000");
  CHECK(small.secure(block(key_object("01", "23", scalar))) == "9000");
  CHECK(small.secure(block(key_object("02", "13", scalar))) == "6A84");
  CHECK(small.secure("80468402"
                     "05AC0380011300") == "6A84");
}

}  // namespace
}  // namespace perso::vchip
