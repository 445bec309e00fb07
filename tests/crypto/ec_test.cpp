#include "crypto/ec.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/scratch.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

const std::map<std::string, Hash> all_hashes = {{"sha256", Hash::sha256}, {"sha384", Hash::sha384}};
const std::vector<std::string> known_curves = {"secp192r1",       "secp224r1",       "secp256r1",
                                               "secp384r1",       "secp521r1",       "brainpoolP192r1",
                                               "brainpoolP224r1", "brainpoolP256r1", "brainpoolP320r1",
                                               "brainpoolP384r1", "brainpoolP512r1"};

/// PrivateKeyInfo without the optional public key.
Secret pkcs8_of(const std::string& curve, ByteView scalar) {
  const auto random = system_random();
  const Secret form = EcPrivateKey::generate(curve, *random).pkcs8();
  tlv::Reader info(tlv::single(form.expose()).value);
  const ByteView version = info.next().encoded;
  const ByteView algorithm = info.next().encoded;
  const Bytes key =
      asn1::sequence({asn1::integer(std::uint8_t{1}), tlv::encode(asn1::tag::octet_string, scalar)});
  return Secret(asn1::sequence({version, algorithm, tlv::encode(asn1::tag::octet_string, key)}));
}

bool malformed(const Bytes& spki) {
  try {
    EcPublicKey::from_spki(spki);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

}  // namespace

TEST_CASE("ECDSA: published signatures") {
  const auto random = system_random();
  for (const auto& vector : test::load_vectors("ecdsa.vec")) {
    CAPTURE(vector.name);
    const Hash hash = all_hashes.at(vector.text("Hash"));
    const Bytes message = vector.has("MessageHex")
                              ? vector.hex("MessageHex")
                              : Bytes(vector.text("Message").begin(), vector.text("Message").end());
    const EcPublicKey key = EcPublicKey::from_point(vector.text("Curve"), vector.hex("Point"));
    Bytes signature = vector.hex("Signature");
    CHECK(key.verify_plain(hash, message, signature));
    CHECK_FALSE(key.verify(hash, message, signature));
    if (vector.has("PrivateKey")) {
      const EcPrivateKey own =
          EcPrivateKey::from_pkcs8(pkcs8_of(vector.text("Curve"), vector.hex("PrivateKey")));
      CHECK(own.public_key().point() == vector.hex("Point"));
      CHECK(own.sign_plain(hash, message, *random) == signature);
    }
    signature.back() ^= 1;
    CHECK_FALSE(key.verify_plain(hash, message, signature));
  }
}

TEST_CASE("a signature verifies with its key, message, hash and every byte, and not otherwise") {
  const auto random = system_random();
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  const EcPublicKey other = EcPrivateKey::generate("secp256r1", *random).public_key();
  const Bytes message = {1, 2, 3};
  const Bytes signature = key.sign(Hash::sha256, message, *random);
  CHECK(key.public_key().verify(Hash::sha256, message, signature));
  CHECK_FALSE(key.public_key().verify(Hash::sha384, message, signature));
  CHECK_FALSE(key.public_key().verify(Hash::sha256, Bytes{1, 2, 4}, signature));
  CHECK_FALSE(other.verify(Hash::sha256, message, signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    Bytes changed = signature;
    changed[i] ^= 1;
    CHECK_FALSE(key.public_key().verify(Hash::sha256, message, changed));
    CHECK_FALSE(key.public_key().verify(Hash::sha256, message, ByteView(signature).first(i)));
  }
  CHECK_FALSE(key.public_key().verify_plain(Hash::sha256, message, Bytes(64)));
}

TEST_CASE("a key's own hash is as large as its curve") {
  const auto random = system_random();
  const std::map<std::string, Hash> expected = {
      {"secp192r1", Hash::sha256},       {"brainpoolP224r1", Hash::sha256}, {"brainpoolP320r1", Hash::sha384},
      {"brainpoolP512r1", Hash::sha512}, {"secp256r1", Hash::sha256},       {"secp384r1", Hash::sha384},
      {"secp521r1", Hash::sha512},       {"brainpoolP256r1", Hash::sha256}};
  for (const auto& entry : expected) {
    const std::string& curve = entry.first;
    const Hash hash = entry.second;
    CAPTURE(curve);
    const EcPrivateKey key = EcPrivateKey::generate(curve, *random);
    CHECK(key.public_key().signature_hash() == hash);
    CHECK(key.public_key().verify(hash, Bytes{1}, key.sign(Bytes{1}, *random)));
  }
}

TEST_CASE("SubjectPublicKeyInfo: both parameter forms come back, and openssl reads them") {
  const auto random = system_random();
  const test::Scratch scratch;
  for (const std::string& curve : known_curves) {
    CAPTURE(curve);
    const EcPrivateKey key = EcPrivateKey::generate(curve, *random);
    for (const auto form : {EcParameters::named_curve, EcParameters::explicit_curve}) {
      const Bytes spki = key.public_key().spki(form);
      const EcPublicKey back = EcPublicKey::from_spki(spki);
      CHECK(back.curve() == curve);
      CHECK(back.point() == key.public_key().point());
      CHECK(back.spki(form) == spki);
      scratch.write("key.der", spki);
      const auto text = scratch.run("openssl pkey -pubin -inform DER -in key.der -noout -text");
      CHECK(text.says(form == EcParameters::named_curve ? "ASN1 OID: " : "Cofactor:  1 (0x1)"));
    }
    scratch.write("named.der", key.public_key().spki(EcParameters::named_curve));
    scratch.write("message", as_bytes("message"));
    scratch.write("signature", key.sign(Hash::sha384, as_bytes("message"), *random));
    CHECK(scratch.run("openssl dgst -sha384 -keyform DER -verify named.der -signature signature message")
              .says("Verified OK"));
  }
}

TEST_CASE("plain signatures are twice as long as the order, over any hash on any curve") {
  const auto random = system_random();
  const std::pair<const char*, std::size_t> orders[] = {{"secp192r1", 24},       {"secp224r1", 28},
                                                        {"secp521r1", 66},       {"brainpoolP192r1", 24},
                                                        {"brainpoolP320r1", 40}, {"brainpoolP512r1", 64}};
  for (const auto& order : orders) {
    CAPTURE(order.first);
    const EcPrivateKey key = EcPrivateKey::generate(order.first, *random);
    for (const Hash hash : {Hash::sha1, Hash::sha224, Hash::sha256, Hash::sha384, Hash::sha512}) {
      Bytes signature = key.sign_plain(hash, Bytes{1, 2, 3}, *random);
      CHECK(signature.size() == 2 * order.second);
      CHECK(key.public_key().verify_plain(hash, Bytes{1, 2, 3}, signature));
      CHECK_FALSE(key.public_key().verify_plain(hash, Bytes{1, 2}, signature));
      signature.push_back(0);
      CHECK_FALSE(key.public_key().verify_plain(hash, Bytes{1, 2, 3}, signature));
    }
    CHECK_FALSE(key.public_key().verify_plain(Hash::sm3, Bytes{1}, Bytes(2 * order.second)));
  }
}

TEST_CASE("the scalar of a private key is as long as the order, and is the key") {
  const auto random = system_random();
  for (const std::string& curve : known_curves) {
    CAPTURE(curve);
    const EcPrivateKey key = EcPrivateKey::generate(curve, *random);
    const Secret scalar = key.scalar();
    CHECK(2 * scalar.size() == key.sign_plain(Hash::sha256, Bytes{1}, *random).size());
    CHECK(EcPrivateKey::from_pkcs8(pkcs8_of(curve, scalar.expose())).public_key().point() ==
          key.public_key().point());
  }
  const Bytes small = concat({Bytes(31), Bytes{7}});  // leading zeros stay
  CHECK(to_hex(EcPrivateKey::from_pkcs8(pkcs8_of("secp256r1", small)).scalar().expose()) == to_hex(small));
}

TEST_CASE("a private key comes back from PKCS#8, openssl's own included") {
  const auto random = system_random();
  const test::Scratch scratch;
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  CHECK(EcPrivateKey::from_pkcs8(key.pkcs8()).public_key().point() == key.public_key().point());
  scratch.write("key.der", key.pkcs8().expose());
  CHECK(scratch.run("openssl pkey -inform DER -in key.der -noout -check").says("Key is valid"));

  REQUIRE(scratch
              .run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 | "
                   "openssl pkcs8 -topk8 -nocrypt -outform DER -out own.der && "
                   "openssl pkey -inform DER -in own.der -pubout -outform DER -out own.pub")
              .status == 0);
  const EcPrivateKey own = EcPrivateKey::from_pkcs8(Secret(scratch.read("own.der")));
  CHECK(own.public_key().spki(EcParameters::named_curve) == scratch.read("own.pub"));
}

TEST_CASE("keys that are not on a known curve, or not well formed, are refused") {
  const auto random = system_random();
  const EcPublicKey key = EcPrivateKey::generate("secp256r1", *random).public_key();
  const Bytes named = key.spki(EcParameters::named_curve);
  const Bytes explicit_form = key.spki(EcParameters::explicit_curve);

  // Every single bit of the parameters counts; the last 66 bytes are the point, and 04 and its place count
  // there.
  for (const Bytes& spki : {named, explicit_form}) {
    for (std::size_t i = 0; i + 64 < spki.size(); ++i) {
      Bytes changed = spki;
      changed[i] ^= 1;
      CAPTURE(i);
      CHECK(malformed(changed));
      CHECK(malformed(Bytes(spki.begin(), spki.begin() + static_cast<std::ptrdiff_t>(i))));
    }
  }
  Bytes off_curve = named;
  off_curve.back() ^= 1;
  CHECK(malformed(off_curve));
  Bytes longer = named;
  longer.push_back(0);
  CHECK(malformed(longer));
  CHECK_THROWS_AS(EcPublicKey::from_point("secp256k1", key.point()), Error);
  CHECK_THROWS_AS(EcPublicKey::from_point("secp384r1", key.point()), Error);
  CHECK_THROWS_AS(EcPublicKey::from_point("secp256r1", Bytes{0x00}), Error);
}

TEST_CASE("a private key of zero, or not below the order, is refused") {
  const Bytes order = from_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  CHECK_THROWS_AS(EcPrivateKey::from_pkcs8(pkcs8_of("secp256r1", Bytes(32))), Error);
  CHECK_THROWS_AS(EcPrivateKey::from_pkcs8(pkcs8_of("secp256r1", order)), Error);
  Bytes below = order;
  --below.back();
  CHECK_NOTHROW(EcPrivateKey::from_pkcs8(pkcs8_of("secp256r1", below)));
}

TEST_CASE("keys are values: a copy outlives its original") {
  const auto random = system_random();
  const EcPrivateKey key = EcPrivateKey::generate("secp256r1", *random);
  std::optional<EcPublicKey> original(key.public_key());
  EcPublicKey copy = *original;
  original.reset();
  CHECK(copy.verify(Hash::sha256, Bytes{1}, key.sign(Hash::sha256, Bytes{1}, *random)));
  copy = EcPrivateKey::generate("secp384r1", *random).public_key();
  CHECK(copy.curve() == "secp384r1");
}
