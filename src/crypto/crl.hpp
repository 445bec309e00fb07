// Certificate revocation lists (X.509 version 2) of the ICAO 9303-12 CRL profile, ECDSA or SM2.
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

/// A revocation list as it was read: complete and direct. Strict DER, at most 1 MiB; unknown critical
/// extensions are refused, and so are those that make a list partial or indirect.
class Crl {
 public:
  /// @throws Error Code::malformed
  static Crl parse(ByteView der);

  const Bytes& issuer_name() const { return issuer_; }  // DER Name
  const Bytes& authority_key_id() const { return authority_key_id_; }
  const Bytes& number() const { return number_; }  // magnitude
  Instant this_update() const { return this_update_; }
  Instant next_update() const { return next_update_; }
  const std::vector<Revocation>& revoked() const { return revoked_; }
  /// Whether this serial number of the list's issuer is on it.
  bool revokes(const Bytes& serial) const;
  /// Whether the list was signed by this certificate, which bears the issuer's name and may sign lists.
  bool signed_by(const Certificate& issuer) const;

 private:
  Crl() = default;
  Bytes tbs_, signature_, issuer_, authority_key_id_, number_;
  Hash signature_hash_ = Hash::sha256;
  Instant this_update_{}, next_update_{};
  std::vector<Revocation> revoked_;
};

}  // namespace perso::crypto
