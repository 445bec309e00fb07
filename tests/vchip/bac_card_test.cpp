// The card's side of basic access control and active authentication against the published worked examples of
// ICAO 9303-11.
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

iso7816::CommandApdu parsed(ByteView bytes) {
  return iso7816::CommandApdu::parse(bytes);
}

TEST_CASE("BAC: keys from what is printed, appendix D.1 and D.2") {
  std::size_t printed = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-bac.vec")) {
    CAPTURE(each.name);
    if (each.has("document_number")) {
      const SessionKeys keys =
          bac_access_keys(as_bytes(each.text("document_number")), as_bytes(each.text("date_of_birth")),
                          as_bytes(each.text("date_of_expiry")));
      CHECK(without_parity(keys.enc.expose()) == without_parity(each.hex("K_enc")));
      CHECK(without_parity(keys.mac.expose()) == without_parity(each.hex("K_mac")));
      ++printed;
    } else if (each.has("K_seed") && each.has("counter")) {
      const SessionKeys keys = derive_session_keys(Secret(each.hex("K_seed")), Cipher::triple_des);
      if (each.has("K_enc")) CHECK(without_parity(keys.enc.expose()) == without_parity(each.hex("K_enc")));
      if (each.has("K_mac")) CHECK(without_parity(keys.mac.expose()) == without_parity(each.hex("K_mac")));
    }
  }
  CHECK(printed == 4);
}

TEST_CASE("BAC: mutual authentication and the channel it opens, appendix D.3 and D.4") {
  const SessionKeys access{Secret(example().hex("K_enc")), Secret(example().hex("K_mac"))};
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
  const SessionKeys access{Secret(example().hex("K_enc")), Secret(example().hex("K_mac"))};
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

TEST_CASE("active authentication: appendix F, and a signature under a known key") {
  const VectorCase known = load_vectors("active-authentication.vec").front();
  const Bytes m1 = known.hex("Recovered"), m2 = known.hex("Challenge");
  CHECK(to_hex(aa_representative(m1, m2)) == known.text("Representative"));
  CHECK(to_hex(aa_sign(known.hex("Modulus"), Secret(known.hex("PrivateExponent")), m1, m2)) ==
        known.text("Signature"));
}

}  // namespace
}  // namespace perso::vchip
