// Every protocol of PACE over every standardised group, against a second computation.
#include <doctest/doctest.h>

#include <iterator>
#include <sstream>

#include "crypto/curve.hpp"
#include "crypto/dh.hpp"
#include "crypto/scratch.hpp"
#include "pace_examples.hpp"
#include "refusals.hpp"
#include "support/scripted_random.hpp"

namespace perso::vchip {

using perso::test::ScriptedRandom;
using perso::test::SeededRandom;

namespace {

/// One run of a variant, as the reference reads and predicts it.
struct Variant {
  Bytes oid;
  std::uint8_t parameters;
  Bytes password, nonce, chip_mapping, chip_agreement, static_private;
  std::string line;
};

std::string domain_of(std::uint8_t parameters) {
  if (parameters <= 2) {
    const crypto::DhGroup& group = crypto::rfc5114_group(parameters);
    return to_hex(group.p) + " " + to_hex(group.g) + " " + to_hex(group.q);
  }
  const crypto::Curve curve(standardised_curve(parameters));
  return to_hex(curve.p()) + " " + to_hex(curve.a()) + " " + to_hex(curve.b()) + " " +
         to_hex(curve.generator()) + " " + to_hex(curve.order());
}

Variant variant_of(const Bytes& oid, std::uint8_t parameters, SeededRandom& random) {
  const PaceProtocol protocol = *pace_protocol(oid);
  const auto group = standardised_group(parameters);
  const auto bytes = [&](std::size_t size) {
    Bytes out(size);
    random.fill(out);
    return out;
  };
  const auto secret = [&] {
    const Secret value = group->random_private(random);
    return Bytes(value.expose().begin(), value.expose().end());
  };
  const bool integrated = protocol.mapping == Mapping::integrated;
  Variant out{.oid = oid,
              .parameters = parameters,
              .password = bytes(20),
              .nonce = bytes(integrated && key_size(protocol.cipher) > 16 ? 32 : 16),
              .chip_mapping = integrated ? Bytes{} : secret(),
              .chip_agreement = secret(),
              .static_private = protocol.kind == GroupKind::ecdh ? secret() : Bytes{},
              .line = ""};
  const Bytes terminal_mapping = integrated ? bytes(key_size(protocol.cipher)) : secret();
  const Bytes terminal_agreement = secret();
  for (const Bytes& field : {out.oid, out.password, out.nonce, out.chip_mapping, out.chip_agreement,
                             terminal_mapping, terminal_agreement, out.static_private})
    out.line += (field.empty() ? "-" : to_hex(field)) + " ";
  out.line += domain_of(parameters) + "\n";
  return out;
}

/// Every variant with every cipher over the MODP groups; over the curves every mapping, the ciphers in turn.
std::vector<Variant> all_variants() {
  SeededRandom random(9303);
  std::vector<Variant> out;
  for (std::uint8_t parameters = 0; parameters <= 2; ++parameters)
    for (const std::uint8_t mapping : std::initializer_list<std::uint8_t>{1, 3})
      for (std::uint8_t cipher = 1; cipher <= 4; ++cipher)
        out.push_back(variant_of(oid_of(mapping, cipher), parameters, random));
  for (std::uint8_t parameters = 8; parameters <= 18; ++parameters)
    for (const std::uint8_t mapping : std::initializer_list<std::uint8_t>{2, 4, 6}) {
      const auto turn = static_cast<std::uint8_t>(parameters + mapping / 2);
      const auto cipher = static_cast<std::uint8_t>(mapping == 6 ? 2 + turn % 3 : 1 + turn % 4);
      if (pace_works(oid_of(mapping, cipher), parameters))
        out.push_back(variant_of(oid_of(mapping, cipher), parameters, random));
    }
  return out;
}

/// Plays the predicted run; the messages are eight of PACE and four of the channel.
void play(const Variant& variant, const std::vector<std::string>& messages) {
  CAPTURE(to_hex(variant.oid));
  CAPTURE(int(variant.parameters));
  REQUIRE(messages.size() == 12);
  std::vector<Bytes> draws = {variant.nonce};
  if (!variant.chip_mapping.empty()) draws.push_back(variant.chip_mapping);
  draws.push_back(variant.chip_agreement);
  ScriptedRandom random(std::move(draws));
  const ChipKey key = key_on(variant.parameters, variant.static_private);
  PaceCard card(variant.oid, variant.parameters, Secret::copy_of(variant.password), &key, random);
  for (std::size_t i = 0; i < 8; i += 2)
    CHECK(to_hex(card.general_authenticate(from_hex(messages[i]))) == to_hex(from_hex(messages[i + 1])));
  REQUIRE(card.succeeded());
  SecureMessagingCard channel = card.channel();
  Bytes answer;
  for (std::uint8_t byte = 1; byte < 40; ++byte) answer.push_back(byte);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto command = iso7816::CommandApdu::parse(from_hex(messages[8 + 2 * i]));
    const iso7816::CommandApdu unwrapped = channel.unwrap(command);
    CHECK(unwrapped.cla == 0x00);
    CHECK(unwrapped.ne == 256);
    CHECK(to_hex(unwrapped.data) == (i == 0 ? "" : "54020004"));
    CHECK(to_hex(channel.wrap({answer})) == to_hex(from_hex(messages[9 + 2 * i])));
  }
}

}  // namespace

TEST_CASE("PACE: every protocol and every group, against a second computation") {
  const std::vector<Variant> variants = all_variants();
  CHECK(variants.size() == 24 + 32);
  std::string lines;
  for (const Variant& variant : variants) lines += variant.line;
  const perso::test::Scratch scratch;
  scratch.write("runs", as_bytes(lines));
  const auto outcome = scratch.run("python3 -B " PERSO_SOURCE_DIR "/tests/vchip/pace_reference.py < runs");
  REQUIRE_MESSAGE(outcome.status == 0, outcome.output);
  std::istringstream predicted(outcome.output);
  for (const Variant& variant : variants) {
    std::string line;
    REQUIRE(std::getline(predicted, line));
    std::istringstream words(line);
    play(variant, {std::istream_iterator<std::string>(words), {}});
  }
}

TEST_CASE("PACE: what object identifiers and parameters go together") {
  struct {
    const char* oid;
    std::uint8_t parameters;
    bool works;
  } cases[] = {
      {"04007F00070202040202", 12, true},
      {"04007F00070202040202", 18, true},
      {"04007F00070202040202", 7, false},
      {"04007F00070202040202", 19, false},
      {"04007F00070202040202", 0, false},
      {"04007F00070202040202", 255, false},
      {"04007F00070202040104", 2, true},
      {"04007F00070202040104", 3, false},
      {"04007F00070202040104", 12, false},
      {"04007F00070202040402", 10, false},  // secp224r1
      {"04007F00070202040402", 11, true},
      {"04007F00070202040602", 12, true},
      {"04007F00070202040601", 12, false},
      {"04007F00070202040502", 12, false},
      {"04007F00070202040702", 12, false},
      {"04007F00070202040205", 12, false},
      {"04007F00070202040200", 12, false},
      {"04007F000702020402", 12, false},
      {"04007F0007020204020202", 12, false},
      {"04007F00070202030202", 12, false},
      {"", 12, false},
  };
  SeededRandom random(1);
  const ChipKey key = key_on(12, Bytes(32, 0x01));
  for (const auto& each : cases) {
    CAPTURE(each.oid);
    CAPTURE(int(each.parameters));
    CHECK(pace_works(from_hex(each.oid), each.parameters) == each.works);
    const auto run = [&] {
      PaceCard card(from_hex(each.oid), each.parameters, Secret(Bytes(6)), &key, random);
    };
    if (each.works && each.parameters == 12) CHECK(refusal_of(run) == "");
    if (!each.works) CHECK(refusal_of(run) == "6A80");
  }
  const auto with = [&](const ChipKey* chip_key) {
    return refusal_of([&] { PaceCard card(oid_of(6, 2), 13, Secret(Bytes(6)), chip_key, random); });
  };
  CHECK(with(nullptr) == "6A80");
  CHECK(with(&key) == "6A80");  // on another curve
}

}  // namespace perso::vchip
