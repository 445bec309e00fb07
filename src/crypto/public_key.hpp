// A public key of a certificate, whatever its algorithm, and the signatures that ICAO 9303-12 knows.
#pragma once

#include <optional>
#include <variant>

#include "bytes/deviations.hpp"
#include "crypto/ec.hpp"
#include "crypto/rsa.hpp"

namespace perso::crypto {

enum class Scheme { ecdsa, sm2, rsa_pkcs1, rsa_pss };

/// What an AlgorithmIdentifier of a signature says.
struct SignatureAlgorithm {
  Scheme scheme = Scheme::ecdsa;
  Hash hash = Hash::sha256;
  std::size_t salt = 0;           // bytes, RSA-PSS
  Hash mask_hash = Hash::sha256;  // of MGF1, RSA-PSS; others leave it as it is
  bool operator==(const SignatureAlgorithm&) const = default;
};
/// "ECDSA with SHA-256", "RSA-PSS with SHA-256".
std::string text_of(const SignatureAlgorithm& algorithm);

/// Copyable. Const members are thread-safe.
class PublicKey {
 public:
  PublicKey(EcPublicKey key) : key_(std::move(key)) {}
  PublicKey(RsaPublicKey key) : key_(std::move(key)) {}
  /// From DER SubjectPublicKeyInfo: EC on a known curve, or RSA, also as id-RSASSA-PSS (RFC 4055 1.2), whose
  /// parameters then bind its signatures. @throws Error Code::malformed
  static PublicKey from_spki(ByteView der);
  /// The same; what an RSA key deviates in is told.
  static PublicKey from_spki(ByteView der, Deviations& deviations);

  const EcPublicKey* ec() const { return std::get_if<EcPublicKey>(&key_); }     // nullptr for RSA
  const RsaPublicKey* rsa() const { return std::get_if<RsaPublicKey>(&key_); }  // nullptr for EC
  /// What the key's owner signs with in this project: ECDSA or SM2 over EcPublicKey::signature_hash().
  /// @throws Error Code::crypto_failed for an RSA key, which is read and never signed with
  SignatureAlgorithm signature_algorithm() const;
  /// False for anything that does not verify, and for an algorithm that is not the key's.
  bool verify(const SignatureAlgorithm& algorithm, ByteView message, ByteView signature) const;
  /// The same key: the same point of the same curve, or the same modulus and exponent.
  bool operator==(const PublicKey& other) const;

 private:
  std::variant<EcPublicKey, RsaPublicKey> key_;
  bool pss_only_ = false;                    // an id-RSASSA-PSS key
  std::optional<SignatureAlgorithm> least_;  // its parameters: hashes, and the shortest salt
};

}  // namespace perso::crypto
