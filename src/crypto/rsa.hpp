// RSA: active authentication of older chips (ICAO 9303-11 6.1), and verifying the certificates and SODs of
// issuers that sign with it (9303-12 4.4).
#pragma once

#include <optional>

#include "bytes/deviations.hpp"
#include "crypto/primitives.hpp"

namespace perso::crypto {

/// Odd modulus of 1,024 bits, the least that chips in circulation still hold, to 8,192, twice the most that
/// 9303-12 speaks of; odd exponent of 3 and more, at most 256 bits. So no key from outside costs more than
/// some 30 ms. Copyable.
class RsaPublicKey {
 public:
  /// From DER SubjectPublicKeyInfo, rsaEncryption. @throws Error Code::malformed
  static RsaPublicKey from_spki(ByteView der);
  /// The same; that NULL parameters are left out is told to `deviations`.
  static RsaPublicKey from_spki(ByteView der, Deviations& deviations);
  /// From DER RSAPublicKey (RFC 8017 A.1.1). @throws Error Code::malformed
  static RsaPublicKey from_pkcs1(ByteView der);
  Bytes spki() const;
  std::size_t size() const { return modulus_.size(); }  // bytes of the modulus
  /// signature^e mod n, `size()` bytes; nullopt for a number that is not below the modulus.
  std::optional<Bytes> raw(ByteView signature) const;
  /// ISO/IEC 9796-2 scheme 1 with partial recovery (trailer BC: SHA-1; 38CC, 34CC, 36CC, 35CC: SHA-224, -256,
  /// -384, -512), as INTERNAL AUTHENTICATE answers: whether it signs a message that ends in `challenge`.
  bool verify_9796_2(ByteView challenge, ByteView signature) const;
  /// RSASSA-PKCS1-v1_5 (RFC 8017 8.2.2) over SHA-1 to SHA-512.
  bool verify_pkcs1(Hash hash, ByteView message, ByteView signature) const;
  /// RSASSA-PSS (RFC 8017 8.1.2) with a salt of `salt` bytes and MGF1 over `mask_hash`.
  bool verify_pss(Hash hash, Hash mask_hash, std::size_t salt, ByteView message, ByteView signature) const;
  bool operator==(const RsaPublicKey&) const = default;

 private:
  RsaPublicKey(Bytes modulus, Bytes exponent)
      : modulus_(std::move(modulus)), exponent_(std::move(exponent)) {}
  friend class RsaPrivateKey;
  Bytes modulus_, exponent_;  // big-endian, without leading zeros
};

/// A private key that is made for a chip. Move-only.
class RsaPrivateKey {
 public:
  /// Exponent 65537. @param bits 1,024 to 4,096. @throws Error Code::crypto_failed for another size
  static RsaPrivateKey generate(std::size_t bits, Random& random);
  const RsaPublicKey& public_key() const { return public_; }
  const Bytes& modulus() const { return public_.modulus_; }
  /// Big-endian, as long as the modulus.
  const Secret& private_exponent() const { return exponent_; }

 private:
  RsaPrivateKey(RsaPublicKey key, Secret exponent)
      : public_(std::move(key)), exponent_(std::move(exponent)) {}
  RsaPublicKey public_;
  Secret exponent_;
};

}  // namespace perso::crypto
