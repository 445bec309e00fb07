// Points of the known elliptic curves, for key agreement. No generator but the curve's own is ever made a
// group: a mapped generator is a point as any other.
#pragma once

#include <string>

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// One of the curves of ICAO 9303-11 9.5.1 and sm2p256v1: "secp192r1", "secp224r1", "secp256r1", "secp384r1",
/// "secp521r1", "brainpoolP192r1", "-P224r1", "-P256r1", "-P320r1", "-P384r1", "-P512r1". All have
/// cofactor 1. Points are uncompressed, 04 || X || Y. Cheap to make and copy: the group behind it is one for
/// the whole process. Const members are thread-safe.
class Curve {
 public:
  /// @throws Error Code::crypto_failed for any other name
  explicit Curve(const std::string& name);

  const std::string& name() const;
  std::size_t field_size() const;  // bytes of a coordinate
  std::size_t order_size() const;
  std::size_t field_bits() const;
  Bytes p() const;
  Bytes a() const;
  Bytes b() const;
  Bytes order() const;
  Bytes generator() const;

  bool contains(ByteView point) const;
  /// A private scalar, uniform in [1, order - 1], `order_size()` bytes.
  Secret random_scalar(Random& random) const;
  /// scalar * point, blinded with `random`. @throws Error Code::malformed for bytes that are no point of the
  /// curve; Code::crypto_failed where the result is infinity
  Bytes multiply(ByteView point, const Secret& scalar, Random& random) const;
  /// @throws as multiply
  Bytes add(ByteView a, ByteView b) const;
  /// a * b^-1 modulo the order.
  Secret divide(const Secret& a, const Secret& b) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace perso::crypto
