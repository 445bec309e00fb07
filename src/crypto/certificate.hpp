// X.509 certificates of the ICAO 9303-12 profiles, ECDSA or SM2: issuing them and reading them back.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bytes/clock.hpp"
#include "crypto/ec.hpp"
#include "tlv/tlv.hpp"

namespace perso::crypto {

/// Signs the bytes given with the signer's key and own algorithm, EcPublicKey::signature_hash(), and returns
/// the DER signature value.
using SignOperation = std::function<Bytes(ByteView)>;

/// A distinguished name as 9303-12 writes it, in this order.
struct Name {
  std::string country;       // C, two upper-case letters, PrintableString
  std::string organization;  // O, UTF8String
  std::string common_name;   // CN, UTF8String
  bool operator==(const Name&) const = default;
};

/// Which column of 9303-12 table 6 the certificate follows.
enum class CertificateProfile { csca, document_signer };

struct CertificateRequest {
  CertificateProfile profile;
  Name subject;
  Name issuer;
  Bytes serial;  // positive, 1 to 20 bytes, random
  Instant not_before;
  Instant not_after;
  Instant private_key_not_after;  // privateKeyUsagePeriod
  std::string crl_url;
  std::string contact_uri;                  // in subjectAltName and issuerAltName, beside `state`
  std::vector<std::string> document_types;  // document signer: 2.23.136.1.1.6.2, for instance {"IR"}
  EcParameters parameters;
  std::string state;  // issuing State as the MRZ writes it (9303-3 5), for instance "UTO": L of both
                      // alternative names
};

/// DER Certificate: ecdsa-with-SHA256 and its sisters, or SM2 with SM3, as the issuer's key says. The CSCA is
/// self-signed: pass its own key as `issuer_key`. The signature is checked against `issuer_key` before it is
/// handed out.
/// @throws Error Code::crypto_failed for a request that breaks the profile, or a signature of another key
Bytes issue_certificate(const CertificateRequest& request, const EcPublicKey& subject_key,
                        const EcPublicKey& issuer_key, const SignOperation& sign);

/// A certificate as it was read. Strict DER; unknown critical extensions are refused.
class Certificate {
 public:
  /// @throws Error Code::malformed
  static Certificate parse(ByteView der);

  const Bytes& der() const { return der_; }
  const Bytes& issuer_name() const { return issuer_; }    // DER Name
  const Bytes& subject_name() const { return subject_; }  // DER Name
  const Bytes& serial() const { return serial_; }         // contents of the INTEGER
  std::string subject_text() const;                       // "CN=..., O=..., C=.."
  const EcPublicKey& public_key() const { return key_; }
  Instant not_before() const { return not_before_; }
  Instant not_after() const { return not_after_; }
  /// The end of the private key's usage period (9303-12 4.1.6); nullopt where the certificate sets none.
  std::optional<Instant> private_key_not_after() const { return private_key_not_after_; }
  bool is_ca() const { return is_ca_; }
  bool may_sign_certificates() const { return (key_usage_ & key_cert_sign_bit) != 0; }
  bool may_sign_revocations() const { return (key_usage_ & crl_sign_bit) != 0; }
  bool may_sign_documents() const { return (key_usage_ & digital_signature_bit) != 0; }
  const Bytes& subject_key_id() const { return subject_key_id_; }
  const Bytes& authority_key_id() const { return authority_key_id_; }
  const Bytes& tbs() const { return tbs_; }              // DER TBSCertificate: what is signed
  const Bytes& signature() const { return signature_; }  // DER, SEQUENCE { r, s }
  /// Whether the signature over it was made by this issuer, whose name it must bear. Not a path check.
  bool signed_by(const Certificate& issuer) const;
  /// Whether `instant` lies in the validity.
  bool valid_at(Instant instant) const { return not_before_ <= instant && instant <= not_after_; }

 private:
  static constexpr unsigned digital_signature_bit = 0x80, key_cert_sign_bit = 0x04,
                            crl_sign_bit = 0x02;  // first octet of KeyUsage
  explicit Certificate(EcPublicKey key) : key_(std::move(key)) {}
  void take_extensions(const tlv::Element& extensions);
  Bytes der_, tbs_, signature_, issuer_, subject_, serial_, subject_key_id_, authority_key_id_;
  EcPublicKey key_;
  Hash signature_hash_ = Hash::sha256;
  Instant not_before_{}, not_after_{};
  std::optional<Instant> private_key_not_after_;
  bool is_ca_ = false;
  unsigned key_usage_ = 0;
};

}  // namespace perso::crypto
