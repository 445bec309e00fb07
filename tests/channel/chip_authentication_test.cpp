#include "channel/chip_authentication.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "channel/pace_cases.hpp"
#include "channel/protected_chip.hpp"
#include "crypto/curve.hpp"

using namespace perso;
using channel::ChipAuthenticationKey;
using channel::ChipAuthenticationProtocol;
using channel::Cipher;
using channel::KeyAgreement;
using channel::SecureMessaging;
using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using test::Suite;

namespace {

const CommandApdu read_four{0x00, 0xB0, 0x00, 0x00, {}, 4};

test::VectorCase example(const std::string& agreement) {
  for (const auto& each : test::load_vectors("icao9303-11-chip-authentication.vec"))
    if (each.name.find("2, " + agreement) != std::string::npos) return each;
  throw std::runtime_error("no example");
}

/// The chip of a published example, in a channel that is open.
struct Published {
  test::VectorCase vector;
  const Suite& before = test::suites[1];
  test::ProtectedChip chip{before.cipher()};
  SecureMessaging open{chip, before.cipher()};
  ChipAuthenticationProtocol protocol;
  ChipAuthenticationKey key;
  Bytes drawn;

  explicit Published(const std::string& agreement, Cipher cipher)
      : vector(example(agreement)), protocol{KeyAgreement::ecdh, cipher}, key{point(), std::nullopt} {
    const Bytes secret = vector.hex("terminal_ephemeral_private");
    drawn.assign(secret.begin() + 1, secret.end());  // without its sign
    if (agreement != "DH") return;
    protocol.agreement = KeyAgreement::dh;
    const crypto::DhGroup& group = crypto::rfc5114_group(0);
    key.key = crypto::DhPublicKey{group, vector.hex("chip_static_public")};
    drawn = crypto::Modulus(group.q).reduce(drawn);
  }
  std::unique_ptr<SecureMessaging> authenticate() {
    test::ScriptedRandom random(drawn);
    return channel::authenticate_chip(chip, open, protocol, key, random);
  }
  std::string sent(std::size_t command) const { return to_hex(chip.heard.at(command).encode()); }
  /// The chip goes on with the keys of what both agreed on.
  void hold_the_key() {
    chip.says = [this](const CommandApdu& command) {
      const bool last = command.ins == 0x86 || (command.ins == 0x22 && command.p2 == 0xA6);
      if (last)
        chip.go_on_with(channel::session_cipher(protocol.cipher, Secret(vector.hex("shared_secret_K"))));
      return ResponseApdu{command.ins == 0x86 ? from_hex("7C00") : Bytes{}, iso7816::sw::success};
    };
  }

 private:
  crypto::EcPublicKey point() const {
    return crypto::EcPublicKey::from_point(
        "brainpoolP256r1", vector.has("curve") ? vector.hex("chip_static_public")
                                               : crypto::Curve("brainpoolP256r1").generator());
  }
};

std::string sized(const std::string& value) {
  return to_hex(Bytes{static_cast<std::uint8_t>(value.size() / 2)}) + value;
}

template <typename Action>
std::optional<Error> error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the keys of the worked examples: version 1 has no nonce") {
  for (const char* agreement : {"ECDH", "DH"}) {
    CAPTURE(agreement);
    const auto vector = example(agreement);
    const auto keys = channel::derive_key_pair(vector.hex("shared_secret_K"), Cipher::aes_128);
    CHECK(to_hex(keys.encryption.expose()) == vector.text("KS_enc_version1"));
    CHECK(to_hex(keys.mac.expose()) == vector.text("KS_mac_version1"));
  }
}

TEST_CASE("with AES: MSE:Set AT and GENERAL AUTHENTICATE, with ECDH and DH") {
  for (const char* agreement : {"ECDH", "DH"}) {
    for (const Cipher cipher : {Cipher::aes_128, Cipher::aes_192, Cipher::aes_256}) {
      CAPTURE(agreement);
      Published known(agreement, cipher);
      known.key.id = Bytes{0x0D};
      known.hold_the_key();
      const auto channel = known.authenticate();
      REQUIRE(known.chip.heard.size() == 2);
      std::string oid = known.vector.text("protocol_OID");
      oid.back() = cipher == Cipher::aes_128 ? '2' : cipher == Cipher::aes_192 ? '3' : '4';
      CHECK(known.sent(0) == "0C2241A4" + sized("80" + sized(oid) + "84010D"));
      const std::string key = known.vector.text("terminal_ephemeral_public");
      CHECK(known.sent(1).substr(0, 8) == "0C860000");
      CHECK(to_hex(known.chip.heard[1].data).ends_with(key));
      CHECK(to_hex(known.chip.heard[1].data).starts_with(key.size() == 130 ? "7C438041" : "7C8183808180"));
      CHECK(known.chip.heard[1].ne == 256);
      CHECK(channel->transmit(read_four).status.ok());
      const std::size_t before = known.chip.heard.size();
      CHECK(error_of([&] { known.open.transmit(read_four); })->code() == Code::channel_broken);
      CHECK(known.chip.heard.size() == before);  // the old channel is closed: it says nothing
    }
  }
}

TEST_CASE("with triple DES: MSE:Set KAT, with ECDH and DH, with and without a key's id") {
  for (const char* agreement : {"ECDH", "DH"}) {
    for (const bool with_id : {false, true}) {
      CAPTURE(agreement);
      Published known(agreement, Cipher::triple_des);
      if (with_id) known.key.id = Bytes{0x01, 0x02};
      known.hold_the_key();
      const auto channel = known.authenticate();
      REQUIRE(known.chip.heard.size() == 1);
      const std::string key = known.vector.text("terminal_ephemeral_public");
      const std::string object = (key.size() == 130 ? "9141" : "918180") + key + (with_id ? "84020102" : "");
      CHECK(known.sent(0) == "0C2241A6" + sized(object));
      CHECK(channel->transmit(read_four).status.ok());
    }
  }
}

TEST_CASE("a chip without the key is found by its first answer, and the channel is closed") {
  for (const Cipher cipher : {Cipher::triple_des, Cipher::aes_128}) {
    for (const bool stays : {false, true}) {  // in the channel that was open, or goes on with other keys
      CAPTURE(stays);
      Published known("ECDH", cipher);
      known.chip.says = [&](const CommandApdu& command) {
        const bool last = command.ins == 0x86 || command.p2 == 0xA6;
        if (last && !stays) known.chip.go_on_with(channel::session_cipher(cipher, Secret(Bytes(32, 0x55))));
        return ResponseApdu{{}, iso7816::sw::success};
      };
      const auto channel = known.authenticate();
      const std::size_t before = known.chip.heard.size();
      CHECK(error_of([&] { channel->transmit(read_four); })->code() == Code::channel_broken);
      CHECK(error_of([&] { channel->transmit(read_four); })->code() == Code::channel_broken);
      CHECK(known.chip.heard.size() == before + 1);
    }
  }
}

TEST_CASE("a chip that refuses: its status word is told, and the channel that was open stays") {
  for (const std::size_t step : {0u, 1u}) {
    CAPTURE(step);
    Published known("ECDH", Cipher::aes_128);
    known.chip.says = [&](const CommandApdu&) {
      return ResponseApdu{
          {}, known.chip.heard.size() == step + 1 ? iso7816::sw::wrong_data : iso7816::sw::success};
    };
    const auto error = error_of([&] { known.authenticate(); });
    REQUIRE(error.has_value());
    CHECK(error->code() == Code::command_refused);
    CHECK(error->status_word() == 0x6A80);
    CHECK(known.chip.heard.size() == step + 1);
    CHECK(known.open.transmit(read_four).status.ok());
  }
}

TEST_CASE("an answer that fails its check on the way ends all") {
  Published known("ECDH", Cipher::aes_128);
  known.chip.change = [](ResponseApdu& answer) { answer = {{}, iso7816::StatusWord{0x6988}}; };
  CHECK(error_of([&] { known.authenticate(); })->code() == Code::channel_broken);
  CHECK(error_of([&] { known.open.transmit(read_four); })->code() == Code::channel_broken);
}

TEST_CASE("a long key goes in one extended command, or in links where the chip says it is too long") {
  const crypto::DhGroup& group = crypto::rfc5114_group(2);
  const crypto::Modulus p(group.p);
  test::SeededRandom random(8);
  const Secret secret = crypto::Modulus(group.q).random(random);
  for (const Cipher cipher : {Cipher::triple_des, Cipher::aes_256}) {
    for (const bool extended : {true, false}) {
      // Without the order of the group, as PKCS #3 keys are.
      const crypto::DhGroup known = extended ? group : crypto::DhGroup{group.p, group.g, {}};
      const ChipAuthenticationKey key{crypto::DhPublicKey{known, p.power(group.g, secret)}, Bytes{0x01}};
      test::ProtectedChip chip(test::suites[0].cipher());
      SecureMessaging open(chip, test::suites[0].cipher());
      Bytes whole;
      std::vector<std::uint8_t> classes;
      chip.says = [&](const CommandApdu& command) {
        const bool carries = cipher == Cipher::triple_des ? command.p2 == 0xA6 : command.ins == 0x86;
        if (!carries) return ResponseApdu{{}, iso7816::sw::success};
        if (!extended && command.data.size() > 223) return ResponseApdu{{}, iso7816::sw::wrong_length};
        append(whole, command.data);
        classes.push_back(command.cla);
        if ((command.cla & 0x10) != 0) return ResponseApdu{{}, iso7816::sw::success};
        const auto sent = cipher == Cipher::triple_des ? tlv::Reader(whole).next().value
                                                       : tlv::single(tlv::single(whole).value).value;
        CHECK(sent.size() == 256);
        chip.go_on_with(channel::session_cipher(cipher, Secret(p.power(sent, secret))));
        return ResponseApdu{{}, iso7816::sw::success};
      };
      const auto channel = channel::authenticate_chip(chip, open, {KeyAgreement::dh, cipher}, key, random);
      CHECK(channel->transmit(read_four).status.ok());
      CHECK(classes == (extended ? std::vector<std::uint8_t>{0x0C} : std::vector<std::uint8_t>{0x1C, 0x0C}));
    }
  }
}

TEST_CASE("a link that is refused ends it") {
  test::ProtectedChip chip(test::suites[1].cipher());
  SecureMessaging open(chip, test::suites[1].cipher());
  chip.says = [](const CommandApdu& command) {
    const bool chained = (command.cla & 0x10) != 0;
    if (chained) return ResponseApdu{{}, iso7816::sw::not_enough_memory};
    return ResponseApdu{{}, command.data.size() > 223 ? iso7816::sw::wrong_length : iso7816::sw::success};
  };
  const crypto::DhGroup& group = crypto::rfc5114_group(1);
  test::SeededRandom random(9);
  const auto error = error_of([&] {
    channel::authenticate_chip(chip, open, {KeyAgreement::dh, Cipher::aes_128},
                               {crypto::DhPublicKey{group, group.g}, std::nullopt}, random);
  });
  REQUIRE(error.has_value());
  CHECK(error->status_word() == 0x6A84);
  CHECK(chip.heard.size() == 3);
}

TEST_CASE("nothing is agreed upon with a key of no sound group") {
  test::ProtectedChip chip(test::suites[1].cipher());
  SecureMessaging open(chip, test::suites[1].cipher());
  const crypto::DhGroup& group = crypto::rfc5114_group(1);
  test::SeededRandom random(9);
  const auto error = error_of([&] {
    channel::authenticate_chip(chip, open, {KeyAgreement::dh, Cipher::aes_128},
                               {crypto::DhPublicKey{group, {2}}, std::nullopt}, random);
  });
  REQUIRE(error.has_value());
  CHECK(error->code() == Code::malformed);
  CHECK(chip.heard.empty());
}

TEST_CASE("a short command that is too long for the chip is not sent twice") {
  Published known("ECDH", Cipher::aes_128);
  known.chip.says = [](const CommandApdu&) { return ResponseApdu{{}, iso7816::sw::wrong_length}; };
  CHECK(error_of([&] { known.authenticate(); })->status_word() == 0x6700);
  CHECK(known.chip.heard.size() == 1);
}
