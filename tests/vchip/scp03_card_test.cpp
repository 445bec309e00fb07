#include "vchip/scp03_card.hpp"

#include <doctest/doctest.h>

#include "support/vectors.hpp"

namespace perso::vchip {
namespace {

using perso::test::load_vectors;
using perso::test::VectorCase;

Secret secret(const VectorCase& vector, const std::string& key) {
  return Secret(vector.hex(key));
}

KeySet keys_of(const VectorCase& vector) {
  return {0x30, {secret(vector, "key_ENC"), secret(vector, "key_MAC"), secret(vector, "key_DEK")}};
}

std::vector<VectorCase> channels() {
  std::vector<VectorCase> cases;
  for (const VectorCase& vector : load_vectors("scp03-card.vec")) {
    if (vector.has("security_level")) cases.push_back(vector);
  }
  return cases;
}

/// From INITIALIZE UPDATE's answer: 10 bytes of diversification data, version, 03, i.
Scp03Card channel_of(const VectorCase& vector) {
  const Bytes answer = vector.hex("INITIALIZE_UPDATE_response");
  return Scp03Card(keys_of(vector), answer[12], vector.hex("host_challenge"), vector.hex("card_challenge"));
}

std::uint8_t level_of(const VectorCase& vector) {
  return vector.hex("security_level")[0];
}

struct Split {
  ByteView signed_part, data, mac;
};

Split split(ByteView raw, std::size_t mac_size) {
  const std::size_t size = raw[4] - mac_size;
  return {raw.first(5 + size), raw.subspan(5, size), raw.subspan(5 + size, mac_size)};
}

TEST_CASE("SCP03 card: channels of published sources, and two of S16 that are computed") {
  std::size_t commands = 0;
  std::size_t answers = 0;
  for (const VectorCase& vector : channels()) {
    CAPTURE(vector.name);
    Scp03Card channel = channel_of(vector);
    CHECK(channel.card_cryptogram() == vector.hex("card_cryptogram"));
    REQUIRE(channel.authenticate(vector.hex("EXTERNAL_AUTHENTICATE_command"), level_of(vector)));
    for (int n = 1; vector.has("protected_" + std::to_string(n)); ++n) {
      const std::string number = std::to_string(n);
      CAPTURE(n);
      const Bytes raw = vector.hex("protected_" + number);
      const Split parts = split(raw, channel.mac_size());
      const auto plain = channel.unwrap(parts.signed_part, parts.data, parts.mac);
      REQUIRE(plain);
      CHECK(*plain == iso7816::CommandApdu::parse(vector.hex("command_" + number)).data);
      ++commands;
      if (!vector.has("protected_response_" + number)) continue;
      const Bytes wrapped = channel.wrap(vector.hex("plain_response_" + number), iso7816::sw::success);
      CHECK(to_hex(wrapped) == vector.text("protected_response_" + number));
      ++answers;
    }
  }
  CHECK(commands >= 60);
  CHECK(answers >= 14);
}

TEST_CASE("SCP03 card: session keys") {
  for (const VectorCase& vector : channels()) {
    CAPTURE(vector.name);
    const Bytes context = concat({vector.hex("host_challenge"), vector.hex("card_challenge")});
    const auto bits = static_cast<std::uint16_t>(vector.hex("key_ENC").size() * 8);
    const auto check = [&](const char* key, std::uint8_t constant, const char* expected) {
      CHECK(to_hex(scp03_derive(secret(vector, key), constant, bits, context).expose()) ==
            vector.text(expected));
    };
    check("key_ENC", 0x04, "S_ENC");
    check("key_MAC", 0x06, "S_MAC");
    check("key_MAC", 0x07, "S_RMAC");
  }
}

TEST_CASE("SCP03 card: key derivation, key check values and the pseudo-random challenge") {
  std::size_t derivations = 0;
  for (const VectorCase& vector : load_vectors("scp03-card.vec")) {
    CAPTURE(vector.name);
    if (vector.has("L_bits")) {
      const Secret out = scp03_derive(secret(vector, "key"), vector.hex("constant")[0],
                                      be16(vector.hex("L_bits")), vector.hex("context"));
      CHECK(to_hex(out.expose()) == vector.text("output"));
      ++derivations;
    }
    for (int n = 1; vector.has("KCV_" + std::to_string(n)); ++n) {
      const std::string number = std::to_string(n);
      CHECK(to_hex(scp03_key_check_value(secret(vector, "key_" + number))) == vector.text("KCV_" + number));
    }
    if (vector.has("SD_AID")) {
      const Bytes counter = vector.hex("sequence_counter");
      const Bytes challenge =
          scp03_card_challenge(secret(vector, "key_ENC"), counter[2], vector.hex("SD_AID"), 8);
      CHECK(challenge == vector.hex("card_challenge"));
      Scp03Card channel = channel_of(vector);
      CHECK(channel.authenticate(vector.hex("EXTERNAL_AUTHENTICATE_level_03"), 0x03));
      const Bytes raw = vector.hex("protected_1_level_03");
      const Split parts = split(raw, channel.mac_size());
      const auto plain = channel.unwrap(parts.signed_part, parts.data, parts.mac);
      REQUIRE(plain);
      CHECK(*plain == iso7816::CommandApdu::parse(vector.hex("command_1_level_03")).data);
    }
  }
  CHECK(derivations == 40);
}

TEST_CASE("SCP03 card: a changed byte anywhere is found") {
  for (const VectorCase& vector : channels()) {
    CAPTURE(vector.name);
    const Bytes external = vector.hex("EXTERNAL_AUTHENTICATE_command");
    for (std::size_t at = 0; at < external.size(); ++at) {
      Bytes changed = external;
      changed[at] ^= 0x01;
      Scp03Card channel = channel_of(vector);
      CHECK_FALSE(channel.authenticate(changed, level_of(vector)));
      CHECK_FALSE(channel.is_open());
    }
    if (!vector.has("protected_1")) continue;
    const Bytes raw = vector.hex("protected_1");
    const std::size_t mac_size = channel_of(vector).mac_size();
    for (std::size_t at = 0; at < 5u + raw[4]; ++at) {
      Bytes changed = raw;
      changed[at] ^= 0x80;
      Scp03Card channel = channel_of(vector);
      REQUIRE(channel.authenticate(external, level_of(vector)));
      const ByteView view = changed;
      const std::size_t size = raw[4] - mac_size;
      CHECK_FALSE(
          channel.unwrap(view.first(5 + size), view.subspan(5, size), view.subspan(5 + size, mac_size)));
    }
  }
}

TEST_CASE("SCP03 card: a command that comes again, is left out or comes early is refused") {
  const VectorCase vector = channels().front();
  const auto send = [&](Scp03Card& channel, const char* key) {
    const Bytes raw = vector.hex(key);
    const Split parts = split(raw, channel.mac_size());
    return channel.unwrap(parts.signed_part, parts.data, parts.mac).has_value();
  };
  for (const std::vector<const char*>& order :
       {std::vector{"protected_1", "protected_1"}, std::vector{"protected_2"},
        std::vector{"protected_1", "protected_3"}}) {
    Scp03Card channel = channel_of(vector);
    REQUIRE(channel.authenticate(vector.hex("EXTERNAL_AUTHENTICATE_command"), level_of(vector)));
    for (std::size_t i = 0; i + 1 < order.size(); ++i) CHECK(send(channel, order[i]));
    CHECK_FALSE(send(channel, order.back()));
  }
}

}  // namespace
}  // namespace perso::vchip
