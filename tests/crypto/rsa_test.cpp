#include "crypto/rsa.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/rsa_raw.hpp"
#include "crypto/scratch.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

Bytes spki_of(ByteView modulus, ByteView exponent) {
  return asn1::sequence(
      {asn1::sequence({asn1::oid("1.2.840.113549.1.1.1"), tlv::encode(asn1::tag::null, Bytes())}),
       asn1::bit_string(asn1::sequence({asn1::integer(modulus), asn1::integer(exponent)}))});
}

bool malformed(ByteView spki) {
  try {
    RsaPublicKey::from_spki(spki);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

/// What a chip answers: M1 fills what the hash and the trailer leave of the modulus.
Bytes answer(const RsaPrivateKey& key, Hash hash, const Bytes& trailer, const Bytes& challenge) {
  const Bytes recovered(key.modulus().size() - 1 - digest_size(hash) - trailer.size(), 0x5A);
  const Bytes head = {0x6A};
  return rsa_raw(key.modulus(), key.private_exponent(),
                 concat({head, recovered, digest(hash, concat({recovered, challenge})), trailer}));
}

}  // namespace

TEST_CASE("active authentication with RSA: the worked example of ICAO 9303-11") {
  for (const auto& vector : test::load_vectors("active-authentication.vec")) {
    CAPTURE(vector.name);
    const RsaPublicKey key = RsaPublicKey::from_spki(vector.hex("Spki"));
    CHECK(key.spki() == vector.hex("Spki"));
    CHECK(key.size() == vector.hex("Modulus").size());
    const Bytes challenge = vector.hex("Challenge"), signature = vector.hex("Signature");
    CHECK(key.raw(signature) == vector.hex("Representative"));
    CHECK(rsa_raw(vector.hex("Modulus"), Secret(vector.hex("PrivateExponent")),
                  vector.hex("Representative")) == signature);
    CHECK(key.verify_9796_2(challenge, signature));
    for (std::size_t i = 0; i < challenge.size(); ++i) {
      Bytes other = challenge;
      other[i] ^= 1;
      CHECK_FALSE(key.verify_9796_2(other, signature));
    }
    for (std::size_t i = 0; i < signature.size(); i += 7) {
      Bytes other = signature;
      other[i] ^= 1;
      CHECK_FALSE(key.verify_9796_2(challenge, other));
      CHECK_FALSE(key.verify_9796_2(challenge, ByteView(signature).first(i)));
    }
  }
}

TEST_CASE("each trailer belongs to its hash") {
  const auto random = system_random();
  const RsaPrivateKey key = RsaPrivateKey::generate(1024, *random);
  const Bytes challenge = from_hex("F173589974BF40C6");
  const std::pair<Hash, std::string> trailers[] = {{Hash::sha1, "BC"},
                                                   {Hash::sha224, "38CC"},
                                                   {Hash::sha256, "34CC"},
                                                   {Hash::sha384, "36CC"},
                                                   {Hash::sha512, "35CC"}};
  for (const auto& entry : trailers) {
    const Hash hash = entry.first;
    const std::string& trailer = entry.second;
    CAPTURE(trailer);
    CHECK(key.public_key().verify_9796_2(challenge, answer(key, hash, from_hex(trailer), challenge)));
    CHECK_FALSE(key.public_key().verify_9796_2(challenge, answer(key, hash, from_hex("33CC"), challenge)));
  }
  CHECK_FALSE(
      key.public_key().verify_9796_2(challenge, answer(key, Hash::sha256, from_hex("BC"), challenge)));
  CHECK_FALSE(
      key.public_key().verify_9796_2(challenge, answer(key, Hash::sha384, from_hex("34CC"), challenge)));
}

TEST_CASE("a message representative that is out of form is no signature") {
  const auto random = system_random();
  const RsaPrivateKey key = RsaPrivateKey::generate(1024, *random);
  const Bytes challenge = from_hex("F173589974BF40C6");
  const Bytes recovered(106, 0x5A);
  const Bytes hash = digest(Hash::sha1, concat({recovered, challenge}));
  const auto with = [&](const std::string& head, const std::string& trailer) {
    return key.public_key().verify_9796_2(
        challenge, rsa_raw(key.modulus(), key.private_exponent(),
                           concat({from_hex(head), recovered, hash, from_hex(trailer)})));
  };
  CHECK(with("6A", "BC"));
  CHECK_FALSE(with("4A", "BC"));  // total recovery
  CHECK_FALSE(with("6B", "BC"));  // padded in front
  CHECK_FALSE(with("6A", "BD"));
  CHECK_FALSE(key.public_key().verify_9796_2(challenge, Bytes(128)));
  CHECK_FALSE(key.public_key().verify_9796_2(challenge, key.modulus()));  // not below the modulus
  CHECK_FALSE(key.public_key().raw(Bytes(128, 0xFF)).has_value());
  CHECK_FALSE(key.public_key().raw(Bytes(129)).has_value());
  CHECK_THROWS_AS(rsa_raw(key.modulus(), key.private_exponent(), key.modulus()), Error);
  CHECK_THROWS_AS(rsa_raw(Bytes(128), key.private_exponent(), Bytes(128)), Error);
}

TEST_CASE("a generated key is as long as was asked for, and openssl reads and uses it") {
  const auto random = system_random();
  const test::Scratch scratch;
  for (const std::size_t bits : std::initializer_list<std::size_t>{1024, 2048}) {
    const RsaPrivateKey key = RsaPrivateKey::generate(bits, *random);
    CHECK(key.modulus().size() == bits / 8);
    CHECK(key.modulus()[0] >= 0x80);
    CHECK(key.private_exponent().size() == bits / 8);
    const RsaPublicKey back = RsaPublicKey::from_spki(key.public_key().spki());
    CHECK(back.spki() == key.public_key().spki());
    const Bytes message = concat({Bytes(1), Bytes(bits / 8 - 1, 0x42)});
    const Bytes signature = rsa_raw(key.modulus(), key.private_exponent(), message);
    CHECK(key.public_key().raw(signature) == message);
    scratch.write("key.der", key.public_key().spki());
    scratch.write("signature", signature);
    CHECK(scratch.run("openssl pkey -pubin -inform DER -in key.der -noout -text")
              .says("Public-Key: (" + std::to_string(bits) + " bit)"));
    REQUIRE(
        scratch
            .run("openssl pkeyutl -verifyrecover -pubin -keyform DER -inkey key.der -in signature -pkeyopt "
                 "rsa_padding_mode:none -out message")
            .status == 0);
    CHECK(scratch.read("message") == message);
  }
  for (const std::size_t bits : std::initializer_list<std::size_t>{0, 1023, 4097})
    CHECK_THROWS_AS(RsaPrivateKey::generate(bits, *random), Error);
}

TEST_CASE("RSA keys out of form are refused") {
  const auto random = system_random();
  const Bytes modulus = RsaPrivateKey::generate(1024, *random).modulus();
  const Bytes spki = spki_of(modulus, from_hex("010001"));
  CHECK_FALSE(malformed(spki));
  CHECK_FALSE(malformed(spki_of(modulus, from_hex("03"))));
  CHECK(malformed(spki_of(modulus, from_hex("01"))));
  CHECK(malformed(spki_of(modulus, from_hex("010000"))));
  CHECK(malformed(spki_of(modulus, Bytes(33, 0xFF))));
  CHECK(malformed(spki_of(Bytes(), from_hex("010001"))));
  CHECK(malformed(spki_of(ByteView(modulus).last(127), from_hex("010001"))));  // too short
  CHECK(malformed(spki_of(Bytes(1025, 0xFF), from_hex("010001"))));            // too long
  Bytes even = modulus;
  even.back() ^= 1;
  CHECK(malformed(spki_of(even, from_hex("010001"))));
  for (std::size_t size = 0; size < spki.size(); ++size) CHECK(malformed(ByteView(spki).first(size)));
  CHECK(malformed(concat({spki, Bytes{0}})));
}
