// X.509 certificates of the ICAO 9303-12 profiles: issuing them with ECDSA or SM2, and reading those of any
// state.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bytes/clock.hpp"
#include "crypto/public_key.hpp"
#include "tlv/tlv.hpp"

namespace perso::crypto {

namespace detail {
struct Extension;
}

/// Signs the bytes given with the signer's key and own algorithm, PublicKey::signature_algorithm(), and
/// returns the DER signature value.
using SignOperation = std::function<Bytes(ByteView)>;

/// A distinguished name as 9303-12 writes it, in this order.
struct Name {
  std::string country;       // C, two upper-case letters, PrintableString
  std::string organization;  // O, UTF8String
  std::string common_name;   // CN, UTF8String
  bool operator==(const Name&) const = default;
};

/// Which column of 9303-12 table 6 the certificate follows.
enum class CertificateProfile {
  csca,                // self-signed
  link,                // the next CSCA, signed with the key of the one before it
  document_signer,     // signs EF.SOD, EF.CardSecurity and other files
  master_list_signer,  // its extended key usage says so
};

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
/// self-signed: pass its own key as `issuer_key`; for a link, the old CSCA's, whose name and the new one may
/// be the same. The signature is checked against `issuer_key` before it is
/// handed out.
/// @throws Error Code::crypto_failed for a request that breaks the profile, or a signature of another key
Bytes issue_certificate(const CertificateRequest& request, const EcPublicKey& subject_key,
                        const EcPublicKey& issuer_key, const SignOperation& sign);

/// A certificate as it was read, of 16 KiB at most. What cannot be trusted is refused always: an unknown
/// critical extension, an extension that stands twice, two signature algorithms. Const members are
/// thread-safe.
class Certificate {
 public:
  /// Our own: strict DER, and nothing that deviates from RFC 5280. @throws Error Code::malformed
  static Certificate parse(ByteView der);
  /// Any state's: what breaks DER or the profile without changing the meaning is told to `deviations`.
  /// @throws Error Code::malformed
  static Certificate parse(ByteView der, Deviations& deviations);

  const Bytes& der() const { return der_; }               // as it was received
  const Bytes& issuer_name() const { return issuer_; }    // DER Name
  const Bytes& subject_name() const { return subject_; }  // DER Name
  const Bytes& serial() const { return serial_; }         // contents of the INTEGER
  std::string subject_text() const;                       // "CN=..., O=..., C=..", valid UTF-8
  std::string subject_country() const;                    // C as it stands; empty where it is missing
  const PublicKey& public_key() const { return key_; }
  Instant not_before() const { return not_before_; }
  Instant not_after() const { return not_after_; }
  /// The end of the private key's usage period (9303-12 4.1.6); nullopt where the certificate sets none.
  std::optional<Instant> private_key_not_after() const { return private_key_not_after_; }
  /// The types of documents that it signs (9303-12 7.1.1.6), as the MRZ writes them, for instance "P", "IR";
  /// empty where it does not say.
  const std::vector<std::string>& document_types() const { return document_types_; }
  /// Whether it says that its subject has another name now than before (nameChange, 9303-12 7.1.1).
  bool changes_name() const { return changes_name_; }
  bool is_ca() const { return is_ca_; }
  /// What the key usage allows; a certificate without one allows all of it (RFC 5280 4.2.1.3). A certificate
  /// with an extended key usage signs for that alone, and so no documents.
  bool may_sign_certificates() const { return may(key_cert_sign_bit); }
  bool may_sign_revocations() const { return may(crl_sign_bit); }
  bool may_sign_documents() const;
  bool may_sign_master_lists() const;
  bool self_issued() const { return issuer_ == subject_; }
  const Bytes& subject_key_id() const { return subject_key_id_; }      // empty where it is missing
  const Bytes& authority_key_id() const { return authority_key_id_; }  // empty where it is missing
  const Bytes& tbs() const { return tbs_; }                            // TBSCertificate: what is signed
  const Bytes& signature() const { return signature_; }                // contents of the BIT STRING
  const SignatureAlgorithm& signature_algorithm() const { return signature_algorithm_; }
  /// Whether it names this issuer: by its name, byte for byte; or by its key identifier, where the same name
  /// is written in another way. Other names are other issuers, whatever their key.
  bool names_issuer(const Certificate& issuer) const;
  /// Whether it names this issuer and the signature over it was made with its key. Not a path check.
  bool signed_by(const Certificate& issuer) const;
  /// Whether `instant` lies in the validity.
  bool valid_at(Instant instant) const { return not_before_ <= instant && instant <= not_after_; }

 private:
  static constexpr unsigned digital_signature_bit = 0x80, key_cert_sign_bit = 0x04,
                            crl_sign_bit = 0x02;  // first octet of KeyUsage
  explicit Certificate(PublicKey key) : key_(std::move(key)) {}
  void take_document_types(const detail::Extension& list, Deviations& deviations);
  void take_extensions(const tlv::Element& extensions, Deviations& deviations);
  bool may(unsigned bit) const { return !key_usage_ || (*key_usage_ & bit) != 0; }
  Bytes der_, tbs_, signature_, issuer_, subject_, serial_, subject_key_id_, authority_key_id_;
  PublicKey key_;
  SignatureAlgorithm signature_algorithm_;
  Instant not_before_{}, not_after_{};
  std::optional<Instant> private_key_not_after_;
  std::vector<std::string> document_types_;
  bool is_ca_ = false, changes_name_ = false;
  std::optional<unsigned> key_usage_;
  std::vector<std::string> extended_key_usage_;  // dotted OIDs
};

}  // namespace perso::crypto
