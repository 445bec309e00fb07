// Active authentication with RSA (ICAO 9303-11 6.1.2.1), the card's side: ISO/IEC 9796-2 digital signature
// scheme 1 with partial recovery, SHA-1.
#pragma once

#include "bytes/secret.hpp"

namespace perso::vchip {

constexpr std::size_t aa_key_size = 128;        // bytes of the modulus and of the private exponent
constexpr std::size_t aa_challenge_size = 8;    // M2
constexpr std::size_t aa_recovered_size = 106;  // M1, drawn by the chip

/// F = 6A || M1 || SHA-1(M1 || M2) || BC, 128 bytes.
Bytes aa_representative(ByteView m1, ByteView m2);

/// Its RSA signature, 128 bytes. The modulus is odd and its first bit set.
Bytes aa_sign(ByteView modulus, const Secret& exponent, ByteView m1, ByteView m2);

}  // namespace perso::vchip
