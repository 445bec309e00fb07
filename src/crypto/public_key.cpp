#include "crypto/public_key.hpp"

#include "crypto/algorithms.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto {

namespace {

constexpr std::string_view id_rsa_encryption = "1.2.840.113549.1.1.1",
                           id_rsassa_pss = "1.2.840.113549.1.1.10";

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("public key: ") + what);
}

std::string_view text_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::ecdsa:
      return "ECDSA";
    case Scheme::sm2:
      return "SM2";
    case Scheme::rsa_pkcs1:
      return "RSA";
    case Scheme::rsa_pss:
      return "RSA-PSS";
  }
  detail::refuse("not a signature scheme");
}

}  // namespace

std::string text_of(const SignatureAlgorithm& algorithm) {
  return std::string(text_of(algorithm.scheme)) + " with " + detail::name_of(algorithm.hash);
}

PublicKey PublicKey::from_spki(ByteView der) {
  NoDeviations none;
  return from_spki(der, none);
}

PublicKey PublicKey::from_spki(ByteView der, Deviations& deviations) {
  const tlv::Element whole = tlv::single(der);
  require(whole.tag == asn1::tag::sequence, "not a SubjectPublicKeyInfo");
  tlv::Reader info(whole.value);
  tlv::Reader algorithm(info.expect(asn1::tag::sequence).value);
  const std::string oid = asn1::read_oid(algorithm.expect(asn1::tag::oid));
  if (oid == id_rsa_encryption) return RsaPublicKey::from_spki(der, deviations);
  if (oid != id_rsassa_pss) return EcPublicKey::from_spki(der);
  PublicKey out(RsaPublicKey::from_pkcs1(asn1::read_bit_string(info.expect(asn1::tag::bit_string))));
  info.expect_end();
  out.pss_only_ = true;
  if (!algorithm.at_end()) out.least_ = detail::read_pss_parameters(algorithm.next());
  algorithm.expect_end();
  return out;
}

SignatureAlgorithm PublicKey::signature_algorithm() const {
  if (ec() == nullptr) detail::refuse("nothing is signed with RSA here");
  SignatureAlgorithm out;
  out.hash = ec()->signature_hash();
  out.scheme = out.hash == Hash::sm3 ? Scheme::sm2 : Scheme::ecdsa;
  return out;
}

bool PublicKey::verify(const SignatureAlgorithm& algorithm, ByteView message, ByteView signature) const {
  if (const EcPublicKey* const key = ec()) {
    const Scheme own = key->signature_hash() == Hash::sm3 ? Scheme::sm2 : Scheme::ecdsa;
    return algorithm.scheme == own && key->verify(algorithm.hash, message, signature);
  }
  if (algorithm.scheme == Scheme::rsa_pkcs1)
    return !pss_only_ && rsa()->verify_pkcs1(algorithm.hash, message, signature);
  if (algorithm.scheme != Scheme::rsa_pss) return false;
  if (least_ && (algorithm.hash != least_->hash || algorithm.mask_hash != least_->mask_hash ||
                 algorithm.salt < least_->salt))
    return false;
  return rsa()->verify_pss(algorithm.hash, algorithm.mask_hash, algorithm.salt, message, signature);
}

bool PublicKey::operator==(const PublicKey& other) const {
  if (ec() != nullptr && other.ec() != nullptr)
    return ec()->curve() == other.ec()->curve() && ec()->point() == other.ec()->point();
  return rsa() != nullptr && other.rsa() != nullptr && *rsa() == *other.rsa();
}

}  // namespace perso::crypto
