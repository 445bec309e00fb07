#include "channel/bac.hpp"

#include <doctest/doctest.h>

#include <random>

#include "bytes/error.hpp"
#include "channel/padding.hpp"
#include "crypto/des.hpp"
#include "support/chip_keys.hpp"
#include "support/scripted_card.hpp"
#include "support/seed.hpp"
#include "support/vectors.hpp"

using namespace perso;
using channel::PrintedData;

namespace {

test::VectorCase vector_case(const std::string& name) {
  for (const auto& each : test::load_vectors("icao9303-11-bac.vec"))
    if (each.name == name) return each;
  throw std::runtime_error("no case " + name);
}

const PrintedData anna{"L898902C<", "690806", "940623"};

/// The published authentication; what its chip says can be changed.
struct Published {
  test::VectorCase vector = vector_case("D.3 authentication and establishment of session keys");
  std::string challenge = vector.text("GET_CHALLENGE_response");
  std::string proof = vector.text("EXTERNAL_AUTHENTICATE_response");

  std::unique_ptr<channel::SecureMessaging> open(test::ScriptedCard& card) {
    test::RepeatedRandom random(concat({vector.hex("RND_IFD"), vector.hex("K_IFD")}));
    card.expect(vector.text("GET_CHALLENGE_command"), challenge);
    if (challenge == vector.text("GET_CHALLENGE_response"))
      card.expect(vector.text("EXTERNAL_AUTHENTICATE_command"), proof);
    return channel::open_bac(card, anna, random);
  }

  /// The answer to EXTERNAL AUTHENTICATE that carries these 32 bytes, under the document's keys.
  std::string proof_of(const Bytes& plain) const {
    const Bytes cryptogram = crypto::des3_cbc_encrypt(Secret(vector.hex("K_enc")), Bytes(8, 0x00), plain);
    const Bytes mac = crypto::retail_mac(Secret(vector.hex("K_mac")), channel::padded(cryptogram, 8));
    return to_hex(concat({cryptogram, mac})) + "9000";
  }
};

std::optional<Error> error_of(Published& known) {
  test::ScriptedCard card;
  try {
    known.open(card);
  } catch (const Error& error) {
    CHECK(card.left() == 0);
    return error;
  }
  return std::nullopt;
}

std::optional<Code> failure_of(const PrintedData& printed) {
  try {
    channel::printed_secret(printed);
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the seed of what is printed, with numbers of 9 characters and longer ones") {
  int documents = 0;
  for (const auto& each : test::load_vectors("icao9303-11-bac.vec")) {
    if (!each.has("document_number")) continue;
    CAPTURE(each.name);
    const PrintedData printed{each.text("document_number"), each.text("date_of_birth"),
                              each.text("date_of_expiry")};
    const Secret secret = channel::printed_secret(printed);
    CHECK(to_hex(secret.expose()) == each.text("SHA1_MRZ_information"));
    const ByteView seed = secret.expose().first(16);
    CHECK(to_hex(seed) == each.text("K_seed"));
    const auto keys = channel::derive_key_pair(seed, channel::Cipher::triple_des);
    CHECK(to_hex(keys.encryption.expose()) == each.text("K_enc"));
    CHECK(to_hex(keys.mac.expose()) == each.text("K_mac"));
    ++documents;
  }
  CHECK(documents == 4);
}

TEST_CASE("data that no machine readable zone has") {
  CHECK(failure_of(anna) == std::nullopt);
  CHECK(failure_of({"L898902C<", "69<<<<", "940623"}) == std::nullopt);
  CHECK(failure_of({std::string(22, 'A'), "690806", "940623"}) == std::nullopt);
  for (const PrintedData& wrong :
       {PrintedData{"L898902C", "690806", "940623"}, PrintedData{std::string(23, 'A'), "690806", "940623"},
        PrintedData{"l898902c<", "690806", "940623"}, PrintedData{"L898902C ", "690806", "940623"},
        PrintedData{"L898902C<", "19690806", "940623"}, PrintedData{"L898902C<", "690806", ""},
        PrintedData{"L898902C<", "690806", "94O623"}, PrintedData{}}) {
    CAPTURE(wrong.number);
    CHECK(failure_of(wrong) == Code::malformed);
  }
}

TEST_CASE("the published authentication, and the channel that it opens") {
  Published known;
  test::ScriptedCard card;
  const auto channel = known.open(card);
  const auto select = vector_case("D.4 SELECT EF.COM");
  card.expect(select.text("protected_command"), select.text("protected_response"));
  CHECK(channel->transmit(iso7816::CommandApdu::parse(select.hex("plain_command"))).status.ok());
}

TEST_CASE("a chip that refuses says why") {
  struct Refusal {
    const char *challenge, *proof;
    Code code;
    std::uint16_t status;
  };
  for (const Refusal& each : {Refusal{nullptr, "6300", Code::keys_do_not_open, 0x6300},
                              {nullptr, "63C2", Code::keys_do_not_open, 0x63C2},
                              {nullptr, "6982", Code::keys_do_not_open, 0x6982},
                              {nullptr, "6985", Code::keys_do_not_open, 0x6985},
                              {nullptr, "6988", Code::keys_do_not_open, 0x6988},
                              {nullptr, "6A80", Code::keys_do_not_open, 0x6A80},
                              {nullptr, "6D00", Code::command_refused, 0x6D00},
                              {nullptr, "6700", Code::command_refused, 0x6700},
                              {"6D00", nullptr, Code::command_refused, 0x6D00},
                              {"6985", nullptr, Code::command_refused, 0x6985}}) {
    Published known;
    if (each.challenge) known.challenge = each.challenge;
    if (each.proof) known.proof = each.proof;
    CAPTURE(each.status);
    const auto error = error_of(known);
    REQUIRE(error.has_value());
    CHECK(name_of(error->code()) == name_of(each.code));
    CHECK(error->status_word() == each.status);
    CHECK(std::string(error->what()).find("898902") == std::string::npos);
  }
}

TEST_CASE("a chip without its own proof does not open") {
  Published known;
  const Bytes said = known.vector.hex("R");
  const auto changed = [&](std::size_t at) {
    Bytes other = said;
    other[at] ^= 0x01;
    return known.proof_of(other);
  };
  const std::string right = known.proof;
  REQUIRE(known.proof_of(said) == right);

  SUBCASE("a challenge of seven bytes") {
    known.challenge =
        "4608F919887022"
        "9000";
  }
  SUBCASE("a challenge of nine bytes") {
    known.challenge =
        "4608F9198870221200"
        "9000";
  }
  SUBCASE("no challenge") {
    known.challenge = "9000";
  }
  SUBCASE("another RND.IC") {
    known.proof = changed(0);
  }
  SUBCASE("the last bit of RND.IC") {
    known.proof = changed(7);
  }
  SUBCASE("another RND.IFD") {
    known.proof = changed(8);
  }
  SUBCASE("the last bit of RND.IFD") {
    known.proof = changed(15);
  }
  SUBCASE("a bit of the cryptogram") {
    known.proof[0] = right[0] == '0' ? '1' : '0';
  }
  SUBCASE("a bit of the MAC") {
    known.proof[79] = right[79] == '0' ? '1' : '0';
  }
  SUBCASE("the terminal's own cryptogram comes back") {
    known.proof = known.vector.text("cmd_data") + "9000";
  }
  SUBCASE("no MAC") {
    known.proof = right.substr(0, 64) + "9000";
  }
  SUBCASE("nothing") {
    known.proof = "9000";
  }
  SUBCASE("a byte too many") {
    known.proof = "00" + right;
  }
  const auto error = error_of(known);
  REQUIRE(error.has_value());
  CHECK(name_of(error->code()) == name_of(Code::channel_broken));
}

TEST_CASE("hostile answers open nothing") {
  const std::uint64_t seed = test::seed_option().value_or(20260418);
  MESSAGE("seed ", seed);
  std::mt19937_64 random(seed);
  for (int draw = 0; draw < 5'000; ++draw) {
    Published known;
    Bytes answer(2 + random() % 50);
    for (std::uint8_t& byte : answer) byte = static_cast<std::uint8_t>(random());
    if (draw % 2 == 0) {  // of the right size, with success
      answer.resize(40);
      answer.insert(answer.end(), {0x90, 0x00});
    }
    known.proof = to_hex(answer);
    REQUIRE(error_of(known).has_value());
  }
}
