// Elliptic-curve signatures over named curves, with named or explicit parameters in their encodings: ECDSA,
// and SM2 with SM3 (GB/T 32918.2, GM/T 0009) where the key is on SM2's own curve.
#pragma once

#include <memory>
#include <string>

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// How a SubjectPublicKeyInfo says its curve. ICAO 9303-12 4.1.6.3 wants explicit; OpenSSL 3 refuses to
/// verify explicit. SM2's curve is named always.
enum class EcParameters { explicit_curve, named_curve };

/// A public key on a known curve: "secp192r1", "secp224r1", "secp256r1", "secp384r1", "secp521r1",
/// "brainpoolP192r1", "-P224r1", "-P256r1", "-P320r1", "-P384r1", "-P512r1" and "sm2p256v1". Explicit
/// parameters are matched to a known curve before use; a curve that is none of them is refused
/// (Code::malformed). Copyable.
///
/// The curve decides the algorithm. A key on sm2p256v1 signs with SM2 over Hash::sm3 alone, as user
/// 1234567812345678, and every other with ECDSA over any hash but that; nothing else verifies.
class EcPublicKey {
 public:
  /// From DER SubjectPublicKeyInfo.
  static EcPublicKey from_spki(ByteView der);
  /// From an uncompressed point 04 || X || Y, which must lie on the curve.
  static EcPublicKey from_point(const std::string& curve, ByteView point);

  EcPublicKey(const EcPublicKey&);
  EcPublicKey(EcPublicKey&&) noexcept;
  EcPublicKey& operator=(EcPublicKey) noexcept;
  ~EcPublicKey();

  const std::string& curve() const;
  Bytes point() const;
  Bytes spki(EcParameters parameters) const;
  /// The hash that the key's owner signs with: SHA-256, -384 or -512 by the size of the curve, or SM3.
  Hash signature_hash() const;
  /// `signature` is DER, SEQUENCE { r, s }. False for anything that does not verify.
  bool verify(Hash hash, ByteView message, ByteView signature) const;
  /// The same with a plain signature r || s (BSI TR-03111 5.2.1), as ICAO 9303-11 6.1 active authentication
  /// answers.
  bool verify_plain(Hash hash, ByteView message, ByteView signature) const;

 private:
  struct Impl;
  explicit EcPublicKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A private key, as an operation. Move-only.
class EcPrivateKey {
 public:
  static EcPrivateKey generate(const std::string& curve, Random& random);
  /// From DER PKCS#8 (PrivateKeyInfo, not encrypted).
  static EcPrivateKey from_pkcs8(const Secret& der);
  EcPrivateKey(EcPrivateKey&&) noexcept;
  EcPrivateKey& operator=(EcPrivateKey&&) noexcept;
  ~EcPrivateKey();

  EcPublicKey public_key() const;
  /// DER PrivateKeyInfo with a named curve.
  Secret pkcs8() const;
  /// DER, SEQUENCE { r, s }. @throws Error Code::crypto_failed for a hash that is not the curve's
  Bytes sign(Hash hash, ByteView message, Random& random) const;
  /// The same with public_key().signature_hash().
  Bytes sign(ByteView message, Random& random) const;
  /// The private scalar, big-endian, as long as the curve's order: for a chip that is given it.
  Secret scalar() const;
  /// r || s.
  Bytes sign_plain(Hash hash, ByteView message, Random& random) const;

 private:
  struct Impl;
  explicit EcPrivateKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace perso::crypto
