// The chip's side of chip authentication: the BSI's worked example, whose key agreement is that of ICAO
// 9303-11.
#include "vchip/chip_authentication_card.hpp"

#include <doctest/doctest.h>

#include "crypto/curve.hpp"
#include "crypto/primitives.hpp"
#include "refusals.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace perso::vchip {
namespace {

using perso::test::load_vectors;
using perso::test::SeededRandom;
using perso::test::VectorCase;

const VectorCase& example() {
  static const VectorCase ecdh = load_vectors("icao9303-11-chip-authentication.vec").front();
  return ecdh;
}

ChipKey chip_key() {
  return {example().text("curve"), Secret(example().hex("chip_static_private"))};
}

/// What a channel with these AES keys answers to a first command: 9000 without data.
Bytes first_answer(SecureMessagingCard channel) {
  // The counter alone goes into the answer: the command, which is refused, counts too.
  CHECK(refusal_of([&] { channel.unwrap({}); }) == "6987");
  return channel.wrap({});
}

}  // namespace

TEST_CASE("chip authentication: the session keys of the published agreement") {
  REQUIRE(example().has("KS_mac_version1"));
  SeededRandom random(7);
  const Bytes answer = first_answer(
      authenticate_chip(chip_key(), Cipher::aes_128, example().hex("terminal_ephemeral_public"), random));
  const SessionKeys published{Secret(example().hex("KS_enc_version1")),
                              Secret(example().hex("KS_mac_version1")), Cipher::aes_128};
  // Counter 2, DO 99, padding.
  const Bytes message = from_hex(
      "00000000000000000000000000000002"
      "99029000800000000000000000000000");
  Bytes mac = crypto::aes_cmac(published.mac, message);
  mac.resize(8);
  CHECK(to_hex(answer) == "990290008E08" + to_hex(mac));
}

TEST_CASE("chip authentication: both sides come to the same channel with every cipher") {
  SeededRandom random(8);
  for (const char* name : {"secp256r1", "brainpoolP384r1", "secp521r1"}) {
    const crypto::Curve curve(name);
    const Secret chip = curve.random_scalar(random), terminal = curve.random_scalar(random);
    const Bytes chip_public = curve.multiply(curve.generator(), chip, random);
    const Bytes terminal_public = curve.multiply(curve.generator(), terminal, random);
    for (const Cipher cipher : {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256}) {
      const Bytes ours = first_answer(
          authenticate_chip({name, Secret::copy_of(chip.expose())}, cipher, terminal_public, random));
      const Bytes theirs = first_answer(
          authenticate_chip({name, Secret::copy_of(terminal.expose())}, cipher, chip_public, random));
      CHECK(to_hex(ours) == to_hex(theirs));
    }
  }
}

TEST_CASE("chip authentication: what is no public key of the curve is refused") {
  SeededRandom random(9);
  const Bytes good = example().hex("terminal_ephemeral_public");
  Bytes beside = good;
  beside.back() ^= 1;
  for (const Bytes& bad :
       {Bytes{}, Bytes{0x00}, beside, Bytes(good.begin(), good.end() - 1), concat({good, Bytes{0}}),
        concat({Bytes{0x02}, ByteView(good).subspan(1, 32)}), crypto::Curve("secp256r1").generator()})
    CHECK(refusal_of([&] { authenticate_chip(chip_key(), Cipher::aes_128, bad, random); }) == "6A80");
}

TEST_CASE("chip authentication: object identifiers") {
  CHECK(chip_authentication_cipher(from_hex("04007F00070202030201")) == Cipher::triple_des);
  CHECK(chip_authentication_cipher(from_hex("04007F00070202030202")) == Cipher::aes_128);
  CHECK(chip_authentication_cipher(from_hex("04007F00070202030203")) == Cipher::aes_192);
  CHECK(chip_authentication_cipher(from_hex("04007F00070202030204")) == Cipher::aes_256);
  for (const char* other : {"", "04007F00070202030102", "04007F00070202030205", "04007F00070202030200",
                            "04007F000702020302", "04007F0007020203020202", "04007F00070202040202"})
    CHECK_FALSE(chip_authentication_cipher(from_hex(other)));
}

}  // namespace perso::vchip
