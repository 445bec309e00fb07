// The card's side of basic access control, secure messaging and active authentication against the published
// worked examples of ICAO 9303-11, and against answers computed apart from this project's code.
#include "vchip/bac_card.hpp"

#include <doctest/doctest.h>

#include "support/vectors.hpp"
#include "vchip/active_authentication.hpp"

namespace perso::vchip {
namespace {

using perso::test::load_vectors;
using perso::test::VectorCase;

/// The published keys have their parity adjusted; the chip's have not, and DES does not look.
std::string without_parity(ByteView key) {
  Bytes bits(key.begin(), key.end());
  for (std::uint8_t& byte : bits) byte &= 0xFE;
  return to_hex(bits);
}

VectorCase named(const std::string& file, const std::string& name) {
  for (const VectorCase& each : load_vectors(file))
    if (each.name == name) return each;
  FAIL("no such case: " << name);
  return {};
}

const VectorCase& example() {
  static const VectorCase d3 =
      named("icao9303-11-bac.vec", "D.3 authentication and establishment of session keys");
  return d3;
}

DesKeys session_keys() {
  return {Secret(example().hex("KS_enc")), Secret(example().hex("KS_mac"))};
}

iso7816::CommandApdu parsed(ByteView bytes) {
  return iso7816::CommandApdu::parse(bytes);
}

TEST_CASE("BAC: keys from what is printed, appendix D.1 and D.2") {
  std::size_t printed = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-bac.vec")) {
    CAPTURE(each.name);
    if (each.has("document_number")) {
      const DesKeys keys =
          bac_access_keys(as_bytes(each.text("document_number")), as_bytes(each.text("date_of_birth")),
                          as_bytes(each.text("date_of_expiry")));
      CHECK(without_parity(keys.enc.expose()) == without_parity(each.hex("K_enc")));
      CHECK(without_parity(keys.mac.expose()) == without_parity(each.hex("K_mac")));
      ++printed;
    } else if (each.has("K_seed") && each.has("counter")) {
      const DesKeys keys = derive_des_keys(Secret(each.hex("K_seed")));
      if (each.has("K_enc")) CHECK(without_parity(keys.enc.expose()) == without_parity(each.hex("K_enc")));
      if (each.has("K_mac")) CHECK(without_parity(keys.mac.expose()) == without_parity(each.hex("K_mac")));
    }
  }
  CHECK(printed == 4);
}

TEST_CASE("BAC: mutual authentication and the channel it opens, appendix D.3 and D.4") {
  const DesKeys access{Secret(example().hex("K_enc")), Secret(example().hex("K_mac"))};
  const Bytes challenge = example().hex("RND_IC"), token = example().hex("cmd_data");
  auto success = bac_authenticate(access, challenge, token, Secret(example().hex("K_IC")));
  REQUIRE(success);
  CHECK(to_hex(success->answer) == example().text("resp_data"));

  std::size_t exchanges = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-bac.vec")) {
    if (!each.has("protected_command")) continue;
    CAPTURE(each.name);
    const iso7816::CommandApdu plain = success->channel.unwrap(parsed(each.hex("protected_command")));
    CHECK(to_hex(plain.encode()) == each.text("plain_command"));
    const Bytes answer = each.hex("plain_response");
    const Bytes data(answer.begin(), answer.end() - 2);
    CHECK(to_hex(success->channel.wrap({data})) + "9000" == each.text("protected_response"));
    ++exchanges;
  }
  CHECK(exchanges == 3);
}

TEST_CASE("BAC: a token with any bit changed, and another challenge, are refused") {
  const DesKeys access{Secret(example().hex("K_enc")), Secret(example().hex("K_mac"))};
  const Bytes challenge = example().hex("RND_IC"), token = example().hex("cmd_data");
  const auto refused = [&](const Bytes& given, const Bytes& sent) {
    return !bac_authenticate(access, given, sent, Secret(Bytes(16))).has_value();
  };
  CHECK_FALSE(refused(challenge, token));
  for (std::size_t bit = 0; bit < 8 * token.size(); ++bit) {
    Bytes changed = token;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << bit % 8));
    CHECK(refused(challenge, changed));
  }
  Bytes other = challenge;
  other[0] ^= 0x01;
  CHECK(refused(other, token));
}

TEST_CASE("secure messaging: answers that were computed elsewhere") {
  const char* names[] = {"a file that is not there", "a warning with data",
                         "an answer that fills short length"};
  for (const char* name : names) {
    CAPTURE(name);
    const VectorCase each = named("secure-messaging.vec", name);
    SecureMessagingCard card(session_keys(), be64(each.hex("SSC")));
    CHECK(to_hex(card.unwrap(parsed(each.hex("protected_command"))).encode()) == each.text("plain_command"));
    const Bytes plain = each.hex("plain_response");
    const Bytes status(plain.end() - 2, plain.end());
    const Bytes wrapped = card.wrap({Bytes(plain.begin(), plain.end() - 2), {be16(status)}});
    CHECK(to_hex(wrapped) + to_hex(status) == each.text("protected_response"));
  }
  SecureMessagingCard card(session_keys(), 0);
  CHECK(card.wrap({Bytes(SecureMessagingCard::plain_capacity)}).size() <= 256);
  CHECK(card.wrap({Bytes(SecureMessagingCard::plain_capacity + 1)}).size() > 256);
}

/// The status word with which a command is refused, or "taken".
std::string refusal(const std::string& data, const std::string& header = "0CA4020C",
                    std::uint64_t counter = 0x887022120C06C226) {
  SecureMessagingCard card(session_keys(), counter);
  iso7816::CommandApdu command;
  const Bytes head = from_hex(header);
  command.cla = head[0];
  command.ins = head[1];
  command.p1 = head[2];
  command.p2 = head[3];
  command.data = from_hex(data);
  try {
    card.unwrap(command);
    return "taken";
  } catch (const Refusal& refused) {
    Bytes status;
    append_be16(status, refused.status.value);
    return to_hex(status);
  }
}

TEST_CASE("secure messaging: commands that are refused") {
  const std::string cryptogram = "8709016375432908C044F6", mac = "8E08BF8B92D635FF24F8";
  REQUIRE(refusal(cryptogram + mac) == "taken");
  struct {
    std::string what, data, status;
  } cases[] = {
      {"nothing", "", "6987"},
      {"no MAC", cryptogram, "6987"},
      {"another cryptogram", "8709016375432908C044F7" + mac, "6988"},
      {"another MAC", cryptogram + "8E08BF8B92D635FF24F9", "6988"},
      {"a MAC of 7 bytes", cryptogram + "8E07BF8B92D635FF24", "6988"},
      {"an empty MAC", cryptogram + "8E00", "6988"},
      {"the MAC first", mac + cryptogram, "6988"},
      {"a cryptogram that was left out", mac, "6988"},
      {"an expected length that was put in", cryptogram + "970100" + mac, "6988"},
      {"bytes behind the MAC", cryptogram + mac + "00", "6988"},
      {"an object that is cut", "8709016375", "6988"},
      {"an unknown object", "8001FF" + mac, "6988"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(refusal(each.data) == each.status);
  }
  CHECK(refusal(cryptogram + mac, "0CA40204") == "6988");                      // another header
  CHECK(refusal(cryptogram + mac, "0CA4020C", 0x887022120C06C227) == "6988");  // replayed
  CHECK(refusal(cryptogram + mac, "0CA4020C", 0x887022120C06C224) == "6988");  // one was left out
}

TEST_CASE("active authentication: appendix F, and a signature under a known key") {
  const VectorCase known = load_vectors("active-authentication.vec").front();
  const Bytes m1 = known.hex("Recovered"), m2 = known.hex("Challenge");
  CHECK(to_hex(aa_representative(m1, m2)) == known.text("Representative"));
  CHECK(to_hex(aa_sign(known.hex("Modulus"), Secret(known.hex("PrivateExponent")), m1, m2)) ==
        known.text("Signature"));
}

}  // namespace
}  // namespace perso::vchip
