// Integrated mapping of PACE (ICAO 9303-11 4.4.3.3.2): from the nonces of both sides to a generator.
#pragma once

#include "bytes/secret.hpp"
#include "channel/protocols.hpp"
#include "crypto/curve.hpp"
#include "crypto/dh.hpp"
#include "crypto/modular.hpp"

namespace perso::channel {

/// Bytes of the chip's nonce that integrated mapping takes: 16, and 32 for AES-192 and -256.
std::size_t mapping_nonce_size(Cipher cipher);
/// Bytes of the terminal's nonce: a key of the cipher.
std::size_t terminal_nonce_size(Cipher cipher);

/// The pseudo-random function R(s, t): 64 bits or more beyond a number of `bits`, not reduced yet.
/// @throws Error Code::channel_broken where the chip's nonce is of another size
Bytes mix_nonces(const Secret& nonce, ByteView terminal_nonce, Cipher cipher, std::size_t bits);

/// The point encoding f_G, appendix B.2, for curves whose prime is 3 modulo 4: all but secp224r1.
/// @param number below p
Bytes point_of(const crypto::Curve& curve, ByteView number);

/// f_g: the number to the power of (p - 1) / q, in the subgroup of order q, which must be known.
Bytes element_of(const crypto::DhGroup& group, const crypto::Modulus& p, ByteView number);

}  // namespace perso::channel
