// The chip's side of PACE against the published worked examples of ICAO 9303-11.
#include <doctest/doctest.h>

#include "crypto/dh.hpp"
#include "crypto/modular.hpp"
#include "pace_examples.hpp"
#include "refusals.hpp"
#include "support/scripted_random.hpp"
#include "vchip/integrated_mapping.hpp"

namespace perso::vchip {
namespace {

using perso::test::load_vectors;
using perso::test::ScriptedRandom;
using perso::test::VectorCase;

/// A published private value as it is drawn: below the order, which appendix H's are not.
Bytes as_drawn(const VectorCase& each, const std::string& key) {
  if (each.has("curve")) return each.hex(key);
  return crypto::Modulus(crypto::rfc5114_group(0).q).reduce(each.hex(key));
}

std::uint8_t parameters_of(const VectorCase& each) {
  return each.has("curve") ? 13 : 0;
}

}  // namespace

TEST_CASE("PACE: the passwords' keys and nonces of appendices G, H and I") {
  std::size_t seen = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("K_pi")) continue;
    CAPTURE(each.name);
    CHECK(to_hex(derive_key(password_of(each), Cipher::aes_128, 3).expose()) == each.text("K_pi"));
    ++seen;
  }
  CHECK(seen == 6);
}

TEST_CASE("PACE: appendices G.1, G.2, H.1 and H.2 and the BSI's example, byte for byte") {
  std::size_t seen = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("chip_agreement_private")) continue;
    CAPTURE(each.name);
    std::vector<Bytes> draws = {each.hex("nonce_s")};
    if (each.has("chip_mapping_private")) draws.push_back(as_drawn(each, "chip_mapping_private"));
    draws.push_back(as_drawn(each, "chip_agreement_private"));
    ScriptedRandom random(std::move(draws));
    PaceCard card(each.hex("protocol_OID"), parameters_of(each), password_of(each), nullptr, random);
    CHECK(random.all_drawn());
    for (const char* number : {"1", "2", "3", "4"}) {
      CAPTURE(number);
      const std::string step = std::string("GA") + number;
      if (!each.has(step + "_command")) continue;
      CHECK(card.at_start() == (step == "GA1"));
      CHECK(to_hex(card.general_authenticate(data_of(each, step + "_command"))) ==
            answer_of(each, step + "_response"));
    }
    CHECK(card.succeeded() == each.has("GA4_command"));
    ++seen;
  }
  CHECK(seen == 5);
}

TEST_CASE("PACE: appendix I.1, chip authentication mapping") {
  std::size_t seen = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("encrypted_CA_IC_A_IC")) continue;
    // The chip's private value of the agreement is not published: its part in that step is played with the
    // terminal's, and every value comes out with the tokens changed over.
    ScriptedRandom random(
        {each.hex("nonce_s"), each.hex("chip_mapping_private"), each.hex("terminal_agreement_private")});
    const ChipKey key = key_on(13, each.hex("chip_static_private_SK_IC"));
    PaceCard card(each.hex("protocol_OID"), 13, password_of(each), &key, random);
    for (const char* step : {"GA1", "GA2"})
      CHECK(to_hex(card.general_authenticate(data_of(each, std::string(step) + "_command"))) ==
            answer_of(each, std::string(step) + "_response"));
    CHECK(to_hex(card.general_authenticate(from_hex("7C438341" + each.text("chip_agreement_public")))) ==
          "7C438441" + each.text("terminal_agreement_public"));
    CHECK(to_hex(card.general_authenticate(from_hex("7C0A8508" + each.text("T_IC")))) ==
          "7C3C8608" + each.text("T_IFD") + "8A30" + each.text("encrypted_CA_IC_A_IC"));
    CHECK(card.succeeded());
    ++seen;
  }
  CHECK(seen == 1);
}

TEST_CASE("PACE: the pseudo-random function and the point encoding of appendix H") {
  std::size_t seen = 0;
  for (const VectorCase& each : load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("R_s_t")) continue;
    CAPTURE(each.name);
    const auto group = standardised_group(parameters_of(each));
    const Bytes out = pseudo_random(Cipher::aes_128, Secret(each.hex("nonce_s")), each.hex("nonce_t"),
                                    group->modulus_bits());
    CHECK(to_hex(out) == each.text("R_s_t"));
    CHECK(to_hex(group->mapped(out)) == each.text("mapped_generator"));
    CHECK(to_hex(group->mapped(each.hex("Rp_s_t"))) == each.text("mapped_generator"));
    ++seen;
  }
  CHECK(seen == 2);
}

TEST_CASE("PACE: a published token with any bit changed") {
  const VectorCase each = load_vectors("icao9303-11-pace.vec").front();
  for (std::size_t bit = 0; bit < 64; ++bit) {
    ScriptedRandom random(
        {each.hex("nonce_s"), each.hex("chip_mapping_private"), each.hex("chip_agreement_private")});
    PaceCard card(each.hex("protocol_OID"), 13, password_of(each), nullptr, random);
    for (const char* step : {"GA1_command", "GA2_command", "GA3_command"})
      card.general_authenticate(data_of(each, step));
    Bytes last = data_of(each, "GA4_command");
    last[4 + bit / 8] = static_cast<std::uint8_t>(last[4 + bit / 8] ^ (1u << bit % 8));
    CHECK(refusal_of([&] { card.general_authenticate(last); }) == "6300");
  }
}

}  // namespace perso::vchip
