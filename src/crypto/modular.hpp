// Arithmetic modulo a public odd number: what Diffie-Hellman and the mappings of PACE are built from.
#pragma once

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// Numbers are big-endian; results are as long as the modulus. Operands must be below it (Code::crypto_failed
/// if not); exponents may be of any size. What takes a `Secret` runs in time that does not depend on it, but
/// for the length in bits of an exponent. Used by one thread.
class Modulus {
 public:
  /// @param modulus odd, 128 to 4,096 bits, leading zeros dropped @throws Error Code::malformed
  explicit Modulus(ByteView modulus);
  Modulus(Modulus&&) noexcept;
  ~Modulus();

  std::size_t size() const;             // bytes
  Bytes reduce(ByteView number) const;  // of at most 8,192 bits
  Bytes add(ByteView a, ByteView b) const;
  Bytes subtract(ByteView a, ByteView b) const;
  Bytes multiply(ByteView a, ByteView b) const;
  Bytes power(ByteView base, ByteView exponent) const;
  /// @throws Error Code::crypto_failed where there is none
  Bytes inverse(ByteView a) const;

  /// Uniform in [1, modulus - 1].
  Secret random(Random& random) const;
  Bytes power(ByteView base, const Secret& exponent) const;
  /// a * b^-1: the chip's proof in chip authentication mapping.
  Secret divide(const Secret& a, const Secret& b) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace perso::crypto
