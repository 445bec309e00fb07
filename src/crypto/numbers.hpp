// Botan's numbers from and to byte strings. Not for other layers.
#pragma once

#include <botan/bigint.h>

#include "bytes/secret.hpp"

namespace perso::crypto::detail {

inline Botan::BigInt number(ByteView magnitude) {
  return Botan::BigInt(magnitude.data(), magnitude.size());
}
inline Botan::BigInt number(const Secret& magnitude) {
  return number(magnitude.expose());
}

/// Big-endian in `size` bytes, which must be enough.
inline Bytes encoded(const Botan::BigInt& number, std::size_t size) {
  Bytes out(size);
  Botan::BigInt::encode_1363(out.data(), out.size(), number);
  return out;
}

/// Uniform in [1, bound - 1], as long as `bound`: drawn in so many bytes, the bits above those of `bound` cut
/// off, and again while it is out of range.
Secret drawn_below(const Botan::BigInt& bound, Random& random);

}  // namespace perso::crypto::detail
