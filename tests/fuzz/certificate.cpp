// Certificates: crypto::Certificate and the public keys in them.
#include "crypto/certificate.hpp"

#include "fuzz/readers.hpp"

namespace {

using namespace perso;
using crypto::Certificate;

bool same(const Certificate& left, const Certificate& right) {
  return left.der() == right.der() && left.tbs() == right.tbs() && left.signature() == right.signature() &&
         left.signature_algorithm() == right.signature_algorithm() &&
         left.issuer_name() == right.issuer_name() && left.subject_name() == right.subject_name() &&
         left.subject_text() == right.subject_text() && left.serial() == right.serial() &&
         left.subject_key_id() == right.subject_key_id() &&
         left.authority_key_id() == right.authority_key_id() && left.public_key() == right.public_key() &&
         left.not_before() == right.not_before() && left.not_after() == right.not_after() &&
         left.private_key_not_after() == right.private_key_not_after() && left.is_ca() == right.is_ca() &&
         left.may_sign_certificates() == right.may_sign_certificates() &&
         left.may_sign_revocations() == right.may_sign_revocations() &&
         left.may_sign_documents() == right.may_sign_documents() &&
         left.may_sign_master_lists() == right.may_sign_master_lists();
}

void hold_key(const crypto::PublicKey& key) {
  fuzz::hold((key.ec() == nullptr) != (key.rsa() == nullptr), "a key is of one kind");
  const Bytes spki =
      key.ec() != nullptr ? key.ec()->spki(crypto::EcParameters::explicit_curve) : key.rsa()->spki();
  fuzz::hold(crypto::PublicKey::from_spki(spki) == key, "a key that was read is written as the same key");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input{data, size};
  const auto read = fuzz::read_twice([&](Deviations& told) { return Certificate::parse(input, told); });
  if (!read.tolerant) return 0;
  const Certificate& certificate = *read.tolerant;
  fuzz::hold(std::ranges::equal(certificate.der(), input), "a certificate is kept as it was received");
  hold_key(certificate.public_key());
  if (certificate.signed_by(certificate))
    fuzz::hold(certificate.names_issuer(certificate), "who signed a certificate is named in it");
  fuzz::hold(!certificate.may_sign_documents() || !certificate.may_sign_master_lists(),
             "nobody signs documents and master lists");
  if (read.strict) fuzz::hold(same(certificate, *read.strict), "a certificate says the same to both readers");
  return 0;
}
