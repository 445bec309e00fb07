#include "crypto/gmt0010.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/scratch.hpp"

using namespace perso;
using namespace perso::crypto;
using test::Chain;

namespace {

const Bytes content(300, 0x4E);

bool malformed(ByteView der) {
  try {
    GmtSignedData::parse(der);
  } catch (const Error& error) {
    return error.code() == Code::malformed;
  }
  return false;
}

/// With one part of the encoding in the place of another, lengths mended by hand: both are of one length.
Bytes replaced(const Bytes& in, const std::string& from, const std::string& to, int times = 1) {
  std::string hex = to_hex(in);
  std::size_t at = 0;
  for (int i = 0; i < times; ++i) {
    at = hex.find(from, at);
    REQUIRE(at != std::string::npos);
    hex.replace(at, from.size(), to);
  }
  return from_hex(hex);
}

const std::string sm3 = "300A06082A811CCF55018311";            // 1.2.156.10197.1.401
const std::string sm2_signing = "300B06092A811CCF5501822D01";  // 1.2.156.10197.1.301.1

Bytes assembled(const Chain& chain, const Bytes& signature, const Bytes& announced,
                const Bytes& digest_algorithm, const Bytes& signature_algorithm) {
  const Bytes version = from_hex("020101");
  const Bytes signer =
      asn1::sequence({chain.signer.issuer_name(), tlv::encode(asn1::tag::integer, chain.signer.serial())});
  const Bytes info = asn1::sequence({version, signer, digest_algorithm, signature_algorithm,
                                     tlv::encode(asn1::tag::octet_string, signature)});
  const Bytes signed_data = asn1::sequence(
      {version, tlv::encode(asn1::tag::set, announced), from_hex("300C060A2A811CCF550601040201"),
       tlv::encode(tlv::Tag{0xA0}, chain.signer.der()), tlv::encode(asn1::tag::set, info)});
  return asn1::sequence({from_hex("060A2A811CCF550601040202"), tlv::encode(tlv::Tag{0xA0}, signed_data)});
}

}  // namespace

TEST_CASE("GM/T 0010: what was signed is what is read, and verifies over its content alone") {
  const auto random = system_random();
  const Chain chain = Chain::sm2(*random);
  const Bytes der = sign_gmt0010(content, chain.signer, chain.by_signer(*random));
  const GmtSignedData read = GmtSignedData::parse(der);
  CHECK(read.signer.der() == chain.signer.der());
  CHECK(read.verify(content));
  Bytes other = content;
  other.back() ^= 1;
  CHECK_FALSE(read.verify(other));
  CHECK_FALSE(read.verify(Bytes()));
}

TEST_CASE("GM/T 0010: the form, byte for byte around certificate and signature") {
  const auto random = system_random();
  const Chain chain = Chain::sm2(*random);
  const Bytes der = sign_gmt0010(content, chain.signer, chain.by_signer(*random));
  const Bytes signature = GmtSignedData::parse(der).signature;
  CHECK(der == assembled(chain, signature, from_hex(sm3), from_hex(sm3), from_hex(sm2_signing)));

  // NULL as parameters, as other makers write them; and another hash, for the signer or announced.
  const Bytes null_sm3 = from_hex("300C06082A811CCF550183110500"),
              sha256 = from_hex("300B0609608648016503040201");
  const Bytes null_sm2 = from_hex("300D06092A811CCF5501822D010500");
  CHECK(GmtSignedData::parse(assembled(chain, signature, null_sm3, null_sm3, null_sm2)).verify(content));
  CHECK(malformed(assembled(chain, signature, from_hex(sm3), sha256, from_hex(sm2_signing))));
  CHECK(malformed(assembled(chain, signature, sha256, from_hex(sm3), from_hex(sm2_signing))));
}

TEST_CASE("openssl verifies the signature of GM/T 0010 over the content with the signer's key") {
  const auto random = system_random();
  const test::Scratch scratch;
  const Chain chain = Chain::sm2(*random);
  scratch.write("signed", sign_gmt0010(content, chain.signer, chain.by_signer(*random)));
  scratch.write("signature", GmtSignedData::parse(scratch.read("signed")).signature);
  scratch.write("signer.crt", chain.signer.der());
  scratch.write("content", content);
  CHECK(scratch.run("openssl asn1parse -inform DER -in signed").says("1.2.156.10197.6.1.4.2.2"));
  const auto verified = scratch.run(
      "openssl x509 -in signer.crt -noout -pubkey > signer.pub && openssl pkeyutl -verify -rawin -digest "
      "sm3 -pkeyopt distid:1234567812345678 -pubin -inkey signer.pub -in content -sigfile signature");
  CAPTURE(verified.output);
  CHECK(verified.says("Signature Verified Successfully"));
}

TEST_CASE("GM/T 0010: any changed byte is refused or does not verify, any cut is refused") {
  const auto random = system_random();
  const Chain chain = Chain::sm2(*random);
  const Bytes der = sign_gmt0010(content, chain.signer, chain.by_signer(*random));
  // The certificate inside carries its own signature, which is the chain's matter.
  const Bytes& inside = chain.signer.der();
  const auto skip_from = std::search(der.begin(), der.end(), inside.begin(), inside.end()) - der.begin();
  for (std::ptrdiff_t i = 0; i < std::ssize(der); ++i) {
    CAPTURE(i);
    CHECK(malformed(ByteView(der).first(static_cast<std::size_t>(i))));
    if (i >= skip_from && i < skip_from + std::ssize(inside)) continue;
    Bytes changed = der;
    changed[static_cast<std::size_t>(i)] ^= 0x01;
    CHECK((malformed(changed) || !GmtSignedData::parse(changed).verify(content)));
  }
  CHECK(malformed(concat({der, Bytes{0}})));
  CHECK(malformed(tlv::encode(asn1::tag::sequence, Bytes((1 << 20) + 1))));
}

TEST_CASE("GM/T 0010: other algorithms and types are refused, and so is a signer of another kind") {
  const auto random = system_random();
  const Chain chain = Chain::sm2(*random);
  const Bytes der = sign_gmt0010(content, chain.signer, chain.by_signer(*random));
  CHECK(malformed(replaced(der, sm2_signing, "300B06092A811CCF5501822D03")));  // SM2 encryption
  CHECK(malformed(replaced(der, sm3, "300A06082A811CCF55018312")));
  CHECK(malformed(replaced(der, "060A2A811CCF550601040201", "060A2A811CCF550601040203")));
  CHECK(malformed(replaced(der, "060A2A811CCF550601040202", "060A2A811CCF550601040203")));
  CHECK(malformed(replaced(der, "020101310C", "020103310C")));
  const auto signed_by = [&](const SignOperation& sign) { return sign_gmt0010(content, chain.signer, sign); };
  CHECK_NOTHROW(signed_by(chain.by_signer(*random)));
  CHECK_THROWS_WITH_AS(signed_by(chain.by_csca(*random)), doctest::Contains("another key"), Error);
  CHECK_THROWS_WITH_AS(signed_by([](ByteView) { return Bytes(); }), doctest::Contains("another key"), Error);
  const Chain ecdsa = Chain::make(EcParameters::named_curve, *random);
  CHECK_THROWS_AS(sign_gmt0010(content, ecdsa.signer, ecdsa.by_signer(*random)), Error);
}
