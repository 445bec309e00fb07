#include "crypto/public_key.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/rsa_raw.hpp"
#include "crypto/scratch.hpp"
#include "support/told.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

const std::map<std::string, Hash> hashes = {{"sha1", Hash::sha1},
                                            {"sha224", Hash::sha224},
                                            {"sha256", Hash::sha256},
                                            {"sha384", Hash::sha384},
                                            {"sha512", Hash::sha512}};

/// As openssl names it, and as this project does.
const std::map<std::string, std::string> curves = {{"prime192v1", "secp192r1"},
                                                   {"secp224r1", "secp224r1"},
                                                   {"prime256v1", "secp256r1"},
                                                   {"secp384r1", "secp384r1"},
                                                   {"secp521r1", "secp521r1"},
                                                   {"brainpoolP192r1", "brainpoolP192r1"},
                                                   {"brainpoolP224r1", "brainpoolP224r1"},
                                                   {"brainpoolP256r1", "brainpoolP256r1"},
                                                   {"brainpoolP320r1", "brainpoolP320r1"},
                                                   {"brainpoolP384r1", "brainpoolP384r1"},
                                                   {"brainpoolP512r1", "brainpoolP512r1"}};

SignatureAlgorithm with(Scheme scheme, Hash hash) {
  SignatureAlgorithm out;
  out.scheme = scheme;
  out.hash = hash;
  return out;
}

SignatureAlgorithm pss(Hash hash, std::size_t salt, Hash mask_hash) {
  return {.scheme = Scheme::rsa_pss, .hash = hash, .salt = salt, .mask_hash = mask_hash};
}

bool malformed(ByteView spki) {
  try {
    PublicKey::from_spki(spki);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

Bytes copy(ByteView view) {
  return Bytes(view.begin(), view.end());
}

/// ECParameters in its parts, to be put together in another way.
struct Explicit {
  Bytes version, field, a, b, seed, base, order, cofactor, point;

  explicit Explicit(ByteView spki) {
    tlv::Reader info(tlv::single(spki).value);
    tlv::Reader algorithm(info.next().value);
    algorithm.next();
    tlv::Reader parameters(algorithm.next().value);
    version = copy(parameters.next().encoded);
    field = copy(parameters.next().encoded);
    tlv::Reader coefficients(parameters.next().value);
    a = copy(coefficients.next().encoded);
    b = copy(coefficients.next().encoded);
    seed = copy(coefficients.rest());
    base = copy(parameters.next().value);
    order = copy(parameters.next().encoded);
    cofactor = copy(parameters.rest());
    point = copy(info.next().encoded);
  }

  Bytes compressed_base() const {
    Bytes out(base.begin(), base.begin() + std::ssize(base) / 2 + 1);
    out[0] = base.back() % 2 == 0 ? 0x02 : 0x03;
    return out;
  }

  Bytes spki() const {
    const Bytes parameters = asn1::sequence({version, field, asn1::sequence({a, b, seed}),
                                             tlv::encode(asn1::tag::octet_string, base), order, cofactor});
    return asn1::sequence({asn1::sequence({asn1::oid("1.2.840.10045.2.1"), parameters}), point});
  }
};

}  // namespace

TEST_CASE("keys and ECDSA signatures of openssl on every curve, named and explicit") {
  const test::Scratch scratch;
  const Bytes message = from_hex("0102030405");
  scratch.write("message", message);
  for (const auto& curve : curves) {
    CAPTURE(curve.first);
    REQUIRE(scratch
                .run("openssl ecparam -genkey -noout -name " + curve.first +
                     " -out key.pem && openssl ec -in key.pem -pubout -outform DER -out named && openssl ec "
                     "-in key.pem -pubout -outform DER -param_enc explicit -out explicit")
                .status == 0);
    const PublicKey key = PublicKey::from_spki(scratch.read("named"));
    REQUIRE(key.ec() != nullptr);
    CHECK(key.rsa() == nullptr);
    CHECK(key.ec()->curve() == curve.second);
    CHECK(key.ec()->spki(EcParameters::named_curve) == scratch.read("named"));
    CHECK(PublicKey::from_spki(scratch.read("explicit")) == key);
    for (const auto& hash : hashes) {
      CAPTURE(hash.first);
      REQUIRE(scratch.run("openssl dgst -" + hash.first + " -sign key.pem -out signature message").status ==
              0);
      const Bytes signature = scratch.read("signature");
      CHECK(key.verify(with(Scheme::ecdsa, hash.second), message, signature));
      CHECK_FALSE(key.verify(with(Scheme::ecdsa, hash.second), from_hex("0102030404"), signature));
      CHECK_FALSE(key.verify(with(Scheme::sm2, hash.second), message, signature));
      CHECK_FALSE(key.verify(with(Scheme::rsa_pkcs1, hash.second), message, signature));
    }
    CHECK(key.signature_algorithm() == with(Scheme::ecdsa, key.ec()->signature_hash()));
  }
}

TEST_CASE("explicit parameters: known with and without seed and cofactor, and in no other form") {
  const test::Scratch scratch;
  for (const std::string curve : {"prime256v1", "brainpoolP320r1", "secp521r1"}) {
    CAPTURE(curve);
    REQUIRE(scratch
                .run("openssl ecparam -genkey -noout -name " + curve +
                     " | openssl ec -pubout -outform DER -param_enc explicit -out key")
                .status == 0);
    const Explicit whole(scratch.read("key"));
    const auto taken = [&](auto&& change) {
      Explicit parts = whole;
      change(parts);
      return !malformed(parts.spki());
    };
    CHECK(taken([](Explicit&) {}));
    CHECK(taken([](Explicit& p) { p.seed = from_hex("03020055"); }));
    CHECK(taken([](Explicit& p) { p.seed.clear(); }));
    CHECK(taken([](Explicit& p) { p.cofactor.clear(); }));
    CHECK(taken([](Explicit& p) { p.base = p.compressed_base(); }));
    CHECK(taken([](Explicit& p) { p.version = from_hex("020103"); }));
    CHECK_FALSE(taken([](Explicit& p) { p.version = from_hex("020104"); }));
    CHECK_FALSE(taken([](Explicit& p) { p.cofactor = from_hex("020102"); }));
    CHECK_FALSE(taken([](Explicit& p) { p.a.back() ^= 1; }));
    CHECK_FALSE(taken([](Explicit& p) { p.b.back() ^= 1; }));
    CHECK_FALSE(taken([](Explicit& p) { p.order.back() ^= 2; }));
    CHECK_FALSE(taken([](Explicit& p) { p.field.back() ^= 2; }));
    CHECK_FALSE(taken([](Explicit& p) { p.base.back() ^= 1; }));
    CHECK_FALSE(taken([](Explicit& p) { (p.base = p.compressed_base())[0] ^= 1; }));
    CHECK_FALSE(taken([](Explicit& p) { p.base.assign(1, 0); }));
    CHECK_FALSE(taken([](Explicit& p) { p.point.back() ^= 1; }));  // no point of the curve
  }
}

TEST_CASE("RSA signatures of openssl: PKCS#1 and PSS, any hash, any salt, masks of another hash") {
  const test::Scratch scratch;
  const Bytes message = from_hex("0102030405");
  scratch.write("message", message);
  // 1,025 bits: the encoded message is one byte shorter than the modulus.
  for (const std::string bits : {"1024", "1025", "1031", "2048"}) {
    CAPTURE(bits);
    REQUIRE(scratch
                .run("openssl genrsa -out key.pem " + bits +
                     " && openssl rsa -in key.pem -pubout -outform DER -out key")
                .status == 0);
    const PublicKey key = PublicKey::from_spki(scratch.read("key"));
    REQUIRE(key.rsa() != nullptr);
    const auto check = [&](const std::string& how, const SignatureAlgorithm& algorithm) {
      CAPTURE(how);
      REQUIRE(scratch.run("openssl dgst -sign key.pem -out signature " + how + " message").status == 0);
      Bytes signature = scratch.read("signature");
      CHECK(key.verify(algorithm, message, signature));
      CHECK_FALSE(key.verify(algorithm, from_hex("0102030404"), signature));
      CHECK_FALSE(key.verify(algorithm, message, ByteView(signature).subspan(1)));
      SignatureAlgorithm other = algorithm;
      other.scheme = algorithm.scheme == Scheme::rsa_pss ? Scheme::rsa_pkcs1 : Scheme::rsa_pss;
      CHECK_FALSE(key.verify(other, message, signature));
      other.scheme = Scheme::ecdsa;
      CHECK_FALSE(key.verify(other, message, signature));
      signature.back() ^= 1;
      CHECK_FALSE(key.verify(algorithm, message, signature));
    };
    for (const auto& hash : hashes) check("-" + hash.first, with(Scheme::rsa_pkcs1, hash.second));
    const std::string padding = " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:";
    check("-sha1" + padding + "20", pss(Hash::sha1, 20, Hash::sha1));
    check("-sha256" + padding + "32", pss(Hash::sha256, 32, Hash::sha256));
    check("-sha256" + padding + "0", pss(Hash::sha256, 0, Hash::sha256));
    check("-sha384" + padding + "48", pss(Hash::sha384, 48, Hash::sha384));
    check("-sha512" + padding + "62", pss(Hash::sha512, 62, Hash::sha512));  // what 1,024 bits have room for
    check("-sha256" + padding + "20 -sigopt rsa_mgf1_md:sha1", pss(Hash::sha256, 20, Hash::sha1));
    const Bytes signature = scratch.read("signature");
    CHECK_FALSE(key.verify(pss(Hash::sha256, 20, Hash::sha256), message, signature));
    CHECK_FALSE(key.verify(pss(Hash::sha256, 19, Hash::sha1), message, signature));
    CHECK_FALSE(key.verify(pss(Hash::sha256, 21, Hash::sha1), message, signature));
    CHECK_FALSE(key.verify(pss(Hash::sha256, 500, Hash::sha1), message, signature));
    CHECK_THROWS_AS(key.signature_algorithm(), Error);
  }
}

TEST_CASE("RSA-PSS: an encoded message that is out of form is no signature, whatever it hashes to") {
  const auto random = system_random();
  const RsaPrivateKey key = RsaPrivateKey::generate(1024, *random);
  const Bytes message = from_hex("0102030405"), salt(20, 0x5A);
  const Bytes hash = digest(Hash::sha256, concat({Bytes(8), digest(Hash::sha256, message), salt}));
  const auto verifies = [&](const std::function<void(Bytes&)>& change_block, std::uint8_t first,
                            std::uint8_t trailer) {
    Bytes block = concat({Bytes(128 - 32 - 1 - 20 - 1), Bytes{0x01}, salt});
    change_block(block);
    Bytes mask;
    for (std::uint8_t counter = 0; mask.size() < block.size(); ++counter)
      append(mask, digest(Hash::sha256, concat({hash, Bytes{0, 0, 0, counter}})));
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::uint8_t>(block[i] ^ mask[i]);
    block[0] = static_cast<std::uint8_t>((block[0] & 0x7F) | first);
    const Bytes encoded = concat({block, hash, Bytes{trailer}});
    if (encoded >= key.modulus()) return false;  // no number to sign
    return PublicKey(key.public_key())
        .verify(pss(Hash::sha256, 20, Hash::sha256), message,
                rsa_raw(key.modulus(), key.private_exponent(), encoded));
  };
  const auto as_it_is = [](Bytes&) {};
  CHECK(verifies(as_it_is, 0x00, 0xBC));
  CHECK_FALSE(verifies(as_it_is, 0x80, 0xBC));  // a bit above the length of the modulus less one
  CHECK_FALSE(verifies(as_it_is, 0x00, 0xBD));
  CHECK_FALSE(verifies([](Bytes& block) { block[5] = 1; }, 0x00, 0xBC));
  CHECK_FALSE(verifies([](Bytes& block) { block[block.size() - 21] = 2; }, 0x00, 0xBC));
  CHECK_FALSE(verifies([](Bytes& block) { block[block.size() - 22] = 1; }, 0x00, 0xBC));
}

TEST_CASE("RSA: published signatures") {
  for (const auto& vector : test::load_vectors("rsa-signatures.vec")) {
    CAPTURE(vector.name);
    const PublicKey key(RsaPublicKey::from_pkcs1(vector.hex("Key")));
    const SignatureAlgorithm as_pss = pss(Hash::sha256, 32, Hash::sha256),
                             as_pkcs1 = with(Scheme::rsa_pkcs1, Hash::sha256);
    const bool of_pss = vector.text("Scheme") == "pss", valid = vector.text("Valid") == "yes";
    const Bytes message = vector.hex("Message"), signature = vector.hex("Signature");
    CHECK(key.verify(as_pss, message, signature) == (of_pss && valid));
    CHECK(key.verify(as_pkcs1, message, signature) == (!of_pss && valid));
  }
}

TEST_CASE("a key of id-RSASSA-PSS signs with RSA-PSS alone, within its parameters") {
  const test::Scratch scratch;
  const Bytes message = from_hex("0102030405");
  scratch.write("message", message);
  const auto made = [&](const std::string& limits) {
    REQUIRE(
        scratch
            .run("openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024 " + limits +
                 " -out key.pem && openssl pkey -in key.pem -pubout -outform DER -out key && openssl dgst "
                 "-sha256 -sigopt rsa_pss_saltlen:32 -sign key.pem -out signature message")
            .status == 0);
    return PublicKey::from_spki(scratch.read("key"));
  };
  const PublicKey any = made("");
  CHECK(any.verify(pss(Hash::sha256, 32, Hash::sha256), message, scratch.read("signature")));
  CHECK_FALSE(any.verify(with(Scheme::rsa_pkcs1, Hash::sha256), message, scratch.read("signature")));
  const PublicKey bound = made(
      "-pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt "
      "rsa_pss_keygen_saltlen:30");
  const Bytes signature = scratch.read("signature");
  CHECK(bound.verify(pss(Hash::sha256, 32, Hash::sha256), message, signature));
  CHECK_FALSE(bound.verify(pss(Hash::sha256, 29, Hash::sha256), message, signature));
  const Bytes spki = scratch.read("key");
  const auto with_least = [&](std::uint8_t salt) {
    Bytes changed = spki;
    const Bytes field = from_hex("A20302011E");  // saltLength 30
    const auto at = std::search(changed.begin(), changed.end(), field.begin(), field.end());
    REQUIRE(at != changed.end());
    at[4] = salt;
    return PublicKey::from_spki(changed);
  };
  CHECK(with_least(32).verify(pss(Hash::sha256, 32, Hash::sha256), message, signature));
  CHECK_FALSE(with_least(33).verify(pss(Hash::sha256, 32, Hash::sha256), message, signature));
}

TEST_CASE("keys of other kinds and out of form are refused") {
  const test::Scratch scratch;
  for (const std::string kind : {"ED25519", "X25519", "ED448"}) {
    REQUIRE(
        scratch.run("openssl genpkey -algorithm " + kind + " | openssl pkey -pubout -outform DER -out key")
            .status == 0);
    CHECK(malformed(scratch.read("key")));
  }
  for (const std::string curve : {"secp256k1", "brainpoolP256t1", "sect283r1"}) {
    REQUIRE(scratch
                .run("openssl ecparam -genkey -noout -name " + curve +
                     " -out key.pem && openssl ec -in key.pem -pubout -outform DER -out named && openssl ec "
                     "-in key.pem -pubout -outform DER -param_enc explicit -out explicit")
                .status == 0);
    CHECK(malformed(scratch.read("named")));
    CHECK(malformed(scratch.read("explicit")));
  }
  REQUIRE(scratch.run("openssl genrsa 1024 | openssl rsa -pubout -outform DER -out key").status == 0);
  const Bytes spki = scratch.read("key");
  for (std::size_t size = 0; size < spki.size(); ++size) CHECK(malformed(ByteView(spki).first(size)));
}

TEST_CASE("algorithms have names") {
  CHECK(text_of(with(Scheme::ecdsa, Hash::sha256)) == "ECDSA with SHA-256");
  CHECK(text_of(pss(Hash::sha512, 64, Hash::sha512)) == "RSA-PSS with SHA-512");
  CHECK(text_of(with(Scheme::sm2, Hash::sm3)) == "SM2 with SM3");
}

TEST_CASE("an RSA key without NULL parameters is read where deviations are told") {
  const auto random = system_random();
  const RsaPublicKey key = RsaPrivateKey::generate(1024, *random).public_key();
  const Bytes whole = key.spki();
  tlv::Reader info(tlv::single(whole).value);
  tlv::Reader algorithm(info.next().value);
  const Bytes without = asn1::sequence({asn1::sequence({algorithm.next().encoded}), info.rest()});
  const Bytes other =
      asn1::sequence({asn1::sequence({asn1::oid("1.2.840.113549.1.1.1"), from_hex("3000")}), info.rest()});
  test::Told told;
  CHECK(PublicKey::from_spki(whole, told) == PublicKey(key));
  CHECK(told.sentences.empty());
  CHECK(PublicKey::from_spki(without, told) == PublicKey(key));
  CHECK(told.of("NULL"));
  CHECK_THROWS_AS(PublicKey::from_spki(without), Error);
  CHECK_THROWS_AS(PublicKey::from_spki(other, told), Error);
}
