// Integrated mapping (ICAO 9303-11 4.4.3.3.2), the card's side: the pseudo-random function, and the point of
// a curve that it leads to.
#pragma once

#include "crypto/curve.hpp"
#include "vchip/access_keys.hpp"

namespace perso::vchip {

/// R(s, t) of figure 2, before the reduction modulo p:
/// the smallest number of blocks, each as long as the nonce s, that has 64 bits more than p.
/// @param s 16 bytes, or 32 for AES-192 and AES-256 @param t as long as a key of the cipher
Bytes pseudo_random(Cipher cipher, const Secret& s, ByteView t, std::size_t modulus_bits);

/// Whether the curve's field has the point encoding: p = 3 mod 4, so any but secp224r1.
bool has_point_encoding(const crypto::Curve& curve);

/// Point encoding in affine coordinates (Appendix B.2), of the number modulo p.
/// @throws Error Code::crypto_failed for the few numbers that have none
Bytes encode_point(const crypto::Curve& curve, ByteView number);

}  // namespace perso::vchip
