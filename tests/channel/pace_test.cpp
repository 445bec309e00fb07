#include "channel/pace.hpp"

#include <doctest/doctest.h>

#include <set>

#include "bytes/error.hpp"
#include "channel/pace_cases.hpp"
#include "crypto/curve.hpp"
#include "support/seeded_random.hpp"

using namespace perso;
using channel::Mapping;
using test::PaceRun;

namespace {

/// Keeps what was sent, and answers with nothing.
class Recorder final : public iso7816::Card {
 public:
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    sent = to_hex(command.encode());
    return {{}, iso7816::sw::success};
  }
  std::string sent;
};

/// The first command of a channel that has the published keys.
std::string first_command(const PaceRun& run, const iso7816::CommandApdu& command) {
  Recorder card;
  channel::SecureMessaging channel(card, run.session());
  CHECK_THROWS_AS(channel.transmit(command), Error);
  return card.sent;
}

void plays(const PaceRun& run) {
  test::ScriptedCard card;
  run.expect(card);
  const channel::Pace open = run.open(card);
  const iso7816::CommandApdu command{0x00, 0xB0, 0x9C, 0x00, {}, 4};
  card.expect(first_command(run, command), "6988");
  CHECK_THROWS_AS(open.channel->transmit(command), Error);
  CHECK(open.proof.has_value() == (run.info.protocol.mapping == Mapping::chip_authentication));
}

Bytes chip_key(const std::string& file, const std::string& name) {
  for (const auto& each : test::load_vectors(file))
    if (each.name == name) return each.hex("chip_static_public_PK_IC");
  throw std::runtime_error("no case " + name);
}

}  // namespace

TEST_CASE("the worked examples, byte for byte, and the channel that each opens") {
  const auto runs = test::published_pace();
  CHECK(runs.size() == 6);
  for (const PaceRun& run : runs) {
    CAPTURE(run.name);
    plays(run);
  }
}

TEST_CASE(
    "MSE:Set AT as it is published, to the last byte; with the parameters where a chip has several sets") {
  using channel::ParameterSets;
  const channel::AccessData zone{channel::printed_data("T22000129", "640812", "101031"), ""};
  int published = 0, named = 0;
  for (const auto& each : test::load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("MSE_Set_AT_command")) continue;
    CAPTURE(each.name);
    const channel::PaceInfo info = test::published_pace(each.name.substr(0, 3)).info;
    const bool names_them = !each.has("protocol_OID");  // a variant of an example, and nothing else of it
    test::ScriptedCard card;
    card.expect(each.text("MSE_Set_AT_command"), "6A88");
    test::SeededRandom random(6);
    try {
      channel::open_pace(card, info, names_them ? ParameterSets::several : ParameterSets::one, zone, random);
      FAIL("it opened");
    } catch (const Error& error) {
      CHECK(error.status_word() == 0x6A88);
    }
    ++published;
    named += names_them;
  }
  CHECK(published == 6);
  CHECK(named == 1);
}

TEST_CASE("every parameter set with every mapping, and every cipher") {
  const auto runs = test::computed_pace();
  CHECK(runs.size() == 42);
  std::set<int> parameters;
  std::set<channel::PaceProtocol> protocols;
  for (const PaceRun& run : runs) {
    CAPTURE(run.name);
    plays(run);
    parameters.insert(run.info.parameters);
    protocols.insert(run.info.protocol);
  }
  CHECK(parameters.size() == channel::standardised_parameters().size());
  CHECK(protocols.size() == 19);
}

TEST_CASE("the proof of chip authentication mapping is of one key") {
  const PaceRun run = test::published_pace("I.1");
  test::ScriptedCard card;
  run.expect(card);
  const auto proof = run.open(card).proof;
  REQUIRE(proof.has_value());
  CHECK(proof->curve == "brainpoolP256r1");
  const Bytes key = chip_key("icao9303-11-pace.vec", run.name);
  test::SeededRandom random(4);
  CHECK(proof->proves(key, random));

  Bytes negated = key;
  {
    const crypto::Modulus p(crypto::Curve("brainpoolP256r1").p());
    const Bytes y = p.subtract(Bytes(32), ByteView(key).last(32));
    std::ranges::copy(y, negated.begin() + 33);
  }
  const Bytes generator = crypto::Curve("brainpoolP256r1").generator();
  Bytes off = key;
  off.back() ^= 0x01;
  for (const Bytes& wrong : {generator, negated, proof->mapping_public_key, off, Bytes{}, Bytes{0x00},
                             Bytes(key.begin(), key.end() - 1)}) {
    CAPTURE(to_hex(wrong));
    CHECK_FALSE(proof->proves(wrong, random));
  }

  const auto with_data = [&](const Bytes& data) {
    return channel::MappingProof{proof->curve, proof->mapping_public_key, data}.proves(key, random);
  };
  Bytes other = proof->chip_authentication_data;
  CHECK(with_data(other));
  other.back() ^= 0x01;
  CHECK_FALSE(with_data(other));
  CHECK_FALSE(with_data({}));
  CHECK_FALSE(with_data(Bytes(32)));
  CHECK_FALSE(with_data(crypto::Curve("brainpoolP256r1").order()));
  CHECK_FALSE(with_data(concat({Bytes(1), proof->chip_authentication_data})));
}

TEST_CASE("each proof of the computed runs is of its chip's key, and of no other's") {
  int proofs = 0;
  test::SeededRandom random(5);
  for (const PaceRun& run : test::computed_pace()) {
    if (run.info.protocol.mapping != Mapping::chip_authentication) continue;
    CAPTURE(run.name);
    test::ScriptedCard card;
    run.expect(card);
    const auto proof = run.open(card).proof;
    REQUIRE(proof.has_value());
    CHECK(proof->proves(chip_key("pace-computed.vec", run.name), random));
    CHECK_FALSE(proof->proves(crypto::Curve(proof->curve).generator(), random));
    ++proofs;
  }
  CHECK(proofs == 11);
}

TEST_CASE("an access number opens where there is one, else what is printed") {
  for (const bool known : {false, true}) {
    PaceRun run = test::published_pace("G.1");
    if (known) run.access.access_number = "123456";
    test::ScriptedCard card;
    card.expect("0022C1A40F800A04007F000702020402028301" + std::string(known ? "02" : "01"), "6A88");
    CHECK_THROWS_AS(run.open(card), Error);
  }
}

TEST_CASE("nothing is sent with data that open nothing, and for protocols that are none") {
  using channel::Cipher;
  using channel::KeyAgreement;
  const channel::AccessData good{std::nullopt, "123456"};
  const channel::PaceInfo info{{KeyAgreement::ecdh, Mapping::generic, Cipher::aes_128}, 13};
  struct Wrong {
    const char* what;
    channel::PaceInfo info;
    channel::AccessData access;
  };
  for (const Wrong& each :
       {Wrong{"no data", info, {}},
        {"an access number with letters", info, {std::nullopt, "12345O"}},
        {"a number of no zone", info, {channel::PrintedData{"short", "640812", "101031"}, ""}},
        {"a curve for DH", {{KeyAgreement::dh, Mapping::generic, Cipher::aes_128}, 13}, good},
        {"a field for ECDH", {{KeyAgreement::ecdh, Mapping::generic, Cipher::aes_128}, 1}, good},
        {"parameters 3", {info.protocol, 3}, good},
        {"parameters 7", {info.protocol, 7}, good},
        {"parameters 19", {info.protocol, 19}, good},
        {"parameters 269, which is 13 in a byte", {info.protocol, 269}, good},
        {"parameters -1", {info.protocol, -1}, good},
        {"integrated mapping on secp224r1",
         {{KeyAgreement::ecdh, Mapping::integrated, Cipher::aes_128}, 10},
         good},
        {"chip authentication mapping over DH",
         {{KeyAgreement::dh, Mapping::chip_authentication, Cipher::aes_128}, 0},
         good},
        {"chip authentication mapping with 3DES",
         {{KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::triple_des}, 13},
         good}}) {
    CAPTURE(each.what);
    test::ScriptedCard card;
    test::SeededRandom random(6);
    std::optional<Code> code;
    try {
      channel::open_pace(card, each.info, channel::ParameterSets::one, each.access, random);
    } catch (const Error& error) {
      code = error.code();
      CHECK(std::string(error.what()).find("12345") == std::string::npos);
    }
    REQUIRE(code.has_value());
    CHECK(name_of(*code) == name_of(Code::malformed));
  }
}
