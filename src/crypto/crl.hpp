// Certificate revocation lists: issuing those of the ICAO 9303-12 CRL profile, and reading any state's.
#pragma once

#include <optional>
#include <vector>

#include "crypto/certificate.hpp"

namespace perso::crypto {

/// CRLReason (RFC 5280 5.3.1).
enum class RevocationReason : std::uint8_t {
  unspecified = 0,
  key_compromise = 1,
  ca_compromise = 2,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  certificate_hold = 6,
  remove_from_crl = 8,
  privilege_withdrawn = 9,
  aa_compromise = 10,
};

struct Revocation {
  Bytes serial;  // contents of the DER INTEGER, not negative, as Certificate::serial() gives them
  Instant at;
  std::optional<RevocationReason> reason;
  bool operator==(const Revocation&) const = default;
};

struct CrlRequest {
  Bytes number;  // cRLNumber, higher with each list: a magnitude of 1 to 19 bytes
  Instant this_update;
  Instant next_update;
  std::vector<Revocation> revoked;  // each serial number once
};

/// DER CertificateList with authority key identifier and CRL number. The signature is checked against the
/// issuer before it is handed out.
/// @throws Error Code::crypto_failed for a request that breaks the profile, an issuer that may not sign
/// lists, or a signature of another key
Bytes issue_crl(const CrlRequest& request, const Certificate& issuer, const SignOperation& sign);

/// A revocation list as it was read: complete and direct, 1 MiB at most. Delta lists and unknown critical
/// extensions, which make a list partial or indirect, are refused always.
class Crl {
 public:
  /// Our own: strict DER, version 2. @throws Error Code::malformed
  static Crl parse(ByteView der);
  /// Any state's: BER, version 1, a missing next update or authority key identifier are told to `deviations`.
  /// @throws Error Code::malformed
  static Crl parse(ByteView der, Deviations& deviations);

  const Bytes& der() const { return der_; }                            // as it was read
  const Bytes& issuer_name() const { return issuer_; }                 // DER Name
  const Bytes& authority_key_id() const { return authority_key_id_; }  // empty where it is missing
  const Bytes& number() const { return number_; }                      // magnitude
  Instant this_update() const { return this_update_; }
  std::optional<Instant> next_update() const { return next_update_; }
  const std::vector<Revocation>& revoked() const { return revoked_; }
  /// Whether this serial number of the list's issuer is on it.
  bool revokes(const Bytes& serial) const;
  /// As Certificate::names_issuer.
  bool names_issuer(const Certificate& issuer) const;
  /// Whether the list was signed by this certificate, which it names and which may sign lists.
  bool signed_by(const Certificate& issuer) const;

 private:
  Crl() = default;
  void take_extensions(const tlv::Element& extensions, Deviations& deviations);
  Bytes der_, tbs_, signature_, issuer_, authority_key_id_, number_;
  SignatureAlgorithm signature_algorithm_;
  Instant this_update_{};
  std::optional<Instant> next_update_;
  std::vector<Revocation> revoked_;
};

}  // namespace perso::crypto
