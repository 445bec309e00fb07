#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;

namespace {

const std::string curve = "sm2p256v1";
const std::string with_user = " -pkeyopt distid:1234567812345678 ";

/// Draws what it was given, and then chance.
class Scripted final : public Random {
 public:
  explicit Scripted(Bytes first) : first_(std::move(first)), rest_(system_random()) {}
  void fill(std::span<std::uint8_t> out) override {
    if (out.size() != first_.size()) return rest_->fill(out);
    std::copy(first_.begin(), first_.end(), out.begin());
    first_.clear();
  }

 private:
  Bytes first_;
  std::unique_ptr<Random> rest_;
};

Secret pkcs8_of(ByteView scalar) {
  const Bytes algorithm = asn1::sequence({asn1::oid("1.2.840.10045.2.1"), asn1::oid("1.2.156.10197.1.301")});
  const Bytes key =
      asn1::sequence({asn1::integer(std::uint8_t{1}), tlv::encode(asn1::tag::octet_string, scalar)});
  return Secret(
      asn1::sequence({asn1::integer(std::uint8_t{0}), algorithm, tlv::encode(asn1::tag::octet_string, key)}));
}

}  // namespace

TEST_CASE("SM3 and SM2: the worked examples of GB/T 32905 and GB/T 32918") {
  for (const auto& vector : test::load_vectors("sm2-sm3.vec")) {
    CAPTURE(vector.name);
    const ByteView message = as_bytes(vector.text("Message"));
    if (vector.has("Digest")) {
      CHECK(digest(Hash::sm3, message) == vector.hex("Digest"));
      CHECK(digest_size(Hash::sm3) == 32);
      continue;
    }
    const EcPrivateKey key = EcPrivateKey::from_pkcs8(pkcs8_of(vector.hex("PrivateKey")));
    CHECK(key.public_key().point() == vector.hex("Point"));
    const EcPublicKey other_half = EcPublicKey::from_point(curve, vector.hex("Point"));
    Bytes signature = vector.hex("Signature");
    CHECK(other_half.verify_plain(Hash::sm3, message, signature));
    Scripted nonce(vector.hex("K"));
    CHECK(key.sign_plain(Hash::sm3, message, nonce) == signature);
    signature.back() ^= 1;
    CHECK_FALSE(other_half.verify_plain(Hash::sm3, message, signature));
  }
}

TEST_CASE("SM2's curve is for SM2 over SM3 alone, and no other curve is") {
  const auto random = system_random();
  const EcPrivateKey sm2 = EcPrivateKey::generate(curve, *random);
  const EcPrivateKey ecdsa = EcPrivateKey::generate("secp256r1", *random);
  const Bytes message = {1, 2, 3};
  const Bytes signature = sm2.sign(message, *random);
  CHECK(sm2.public_key().signature_hash() == Hash::sm3);
  CHECK(sm2.public_key().verify(Hash::sm3, message, signature));
  CHECK_FALSE(sm2.public_key().verify(Hash::sm3, Bytes{1, 2, 4}, signature));
  CHECK_FALSE(sm2.public_key().verify(Hash::sha256, message, signature));
  CHECK_FALSE(ecdsa.public_key().verify(Hash::sm3, message, ecdsa.sign(message, *random)));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    Bytes changed = signature;
    changed[i] ^= 1;
    CHECK_FALSE(sm2.public_key().verify(Hash::sm3, message, changed));
    CHECK_FALSE(sm2.public_key().verify(Hash::sm3, message, ByteView(signature).first(i)));
  }
  CHECK_THROWS_AS(sm2.sign(Hash::sha256, message, *random), Error);
  CHECK_THROWS_AS(ecdsa.sign(Hash::sm3, message, *random), Error);
  CHECK_THROWS_AS(ecdsa.sign_plain(Hash::sm3, message, *random), Error);
}

TEST_CASE("SM2 private keys: 1 to n - 2") {
  Bytes scalar = from_hex("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123");  // n
  CHECK_THROWS_AS(EcPrivateKey::from_pkcs8(pkcs8_of(Bytes(32))), Error);
  CHECK_THROWS_AS(EcPrivateKey::from_pkcs8(pkcs8_of(scalar)), Error);
  --scalar.back();
  CHECK_THROWS_AS(EcPrivateKey::from_pkcs8(pkcs8_of(scalar)), Error);
  --scalar.back();
  CHECK_NOTHROW(EcPrivateKey::from_pkcs8(pkcs8_of(scalar)));
}

TEST_CASE("SM2 keys are named in every encoding, and openssl takes them and the signature") {
  const auto random = system_random();
  const test::Scratch scratch;
  const EcPrivateKey key = EcPrivateKey::generate(curve, *random);
  const Bytes spki = key.public_key().spki(EcParameters::explicit_curve);
  CHECK(spki == key.public_key().spki(EcParameters::named_curve));
  CHECK(EcPublicKey::from_spki(spki).curve() == curve);
  CHECK(EcPrivateKey::from_pkcs8(key.pkcs8()).public_key().point() == key.public_key().point());
  scratch.write("key.pub", spki);
  scratch.write("key.der", key.pkcs8().expose());
  scratch.write("message", as_bytes("message"));
  scratch.write("signature", key.sign(as_bytes("message"), *random));
  CHECK(scratch.run("openssl pkey -inform DER -in key.der -noout -check").says("Key is valid"));
  const auto verified = scratch.run("openssl pkeyutl -verify -rawin -digest sm3" + with_user +
                                    "-pubin -keyform DER -inkey key.pub -in message -sigfile signature");
  CAPTURE(verified.output);
  CHECK(verified.says("Signature Verified Successfully"));

  REQUIRE(scratch
              .run("openssl pkeyutl -sign -rawin -digest sm3" + with_user +
                   "-keyform DER -inkey key.der -in message -out signed")
              .status == 0);
  CHECK(key.public_key().verify(Hash::sm3, as_bytes("message"), scratch.read("signed")));

  REQUIRE(
      scratch
          .run("openssl genpkey -algorithm SM2 | openssl pkcs8 -topk8 -nocrypt -outform DER -out own.der && "
               "openssl pkey -inform DER -in own.der -pubout -outform DER -out own.pub")
          .status == 0);
  CHECK(EcPrivateKey::from_pkcs8(Secret(scratch.read("own.der")))
            .public_key()
            .spki(EcParameters::named_curve) == scratch.read("own.pub"));
}

TEST_CASE("SM2 certificates: what was issued is what is read, and openssl verifies the chain") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::sm2(*random);
  CHECK(chain.csca.public_key().ec()->curve() == curve);
  CHECK(chain.signer.signed_by(chain.csca));
  CHECK(chain.csca.signed_by(chain.csca));
  CHECK_FALSE(chain.signer.signed_by(Chain::sm2(*random).csca));
  CHECK_FALSE(chain.signer.signed_by(Chain::make(EcParameters::named_curve, *random).csca));

  scratch.write("csca.crt", chain.csca.der());
  scratch.write("signer.crt", chain.signer.der());
  REQUIRE(
      scratch.run("openssl x509 -in csca.crt -out csca.pem && openssl x509 -in signer.crt -out signer.pem")
          .status == 0);
  const std::string verify =
      "openssl verify -vfyopt distid:1234567812345678 -attime 1775000000 -x509_strict -CAfile csca.pem ";
  const auto verified = scratch.run(verify + "signer.pem");
  CAPTURE(verified.output);
  CHECK(verified.says("signer.pem: OK"));
  // OpenSSL gives the user id to the last certificate alone; the anchor's own signature is checked by itself.
  scratch.write("csca.pub", chain.csca.public_key().ec()->spki(EcParameters::named_curve));
  scratch.write("csca.tbs", chain.csca.tbs());
  scratch.write("csca.sig", chain.csca.signature());
  CHECK(scratch
            .run("openssl pkeyutl -verify -rawin -digest sm3" + with_user +
                 "-pubin -keyform DER -inkey csca.pub -in csca.tbs -sigfile csca.sig")
            .says("Signature Verified Successfully"));
  CHECK(scratch.run("openssl x509 -in signer.crt -noout -text").says("Signature Algorithm: SM2-with-SM3"));

  scratch.write("other.crt", Chain::sm2(*random).csca.der());
  REQUIRE(scratch.run("openssl x509 -in other.crt -out csca.pem").status == 0);
  CHECK_FALSE(scratch.run(verify + "signer.pem").says("OK"));
}

TEST_CASE("SM2 certificates: any changed byte is refused or breaks the signature") {
  const auto random = system_random();
  const Chain chain = Chain::sm2(*random);
  for (std::size_t i = 0; i < chain.signer.der().size(); ++i) {
    Bytes changed = chain.signer.der();
    changed[i] ^= 1;
    CAPTURE(i);
    const auto genuine = [&] {
      try {
        return Certificate::parse(changed).signed_by(chain.csca);
      } catch (const Error& error) {
        return error.code() != Code::malformed;
      }
    };
    CHECK_FALSE(genuine());
  }
}

TEST_CASE("an SM2 signature is not taken under ECDSA's name, nor the other way round") {
  const auto random = system_random();
  for (const bool sm2 : {true, false}) {
    const Chain chain = sm2 ? Chain::sm2(*random) : Chain::make(EcParameters::named_curve, *random);
    const std::string own = sm2 ? "06082A811CCF55018375" : "06082A8648CE3D040302";
    const std::string other = sm2 ? "06082A8648CE3D040302" : "06082A811CCF55018375";
    std::string hex = to_hex(chain.signer.tbs());
    hex.replace(hex.find(own), own.size(), other);
    const Bytes tbs = from_hex(hex);
    const Certificate renamed = Certificate::parse(asn1::sequence(
        {tbs, asn1::sequence({from_hex(other)}), asn1::bit_string(chain.csca_key.sign(tbs, *random))}));
    CHECK_FALSE(renamed.signed_by(chain.csca));
  }
}
