// EF.DG15 (ICAO 9303-10 4.7.15, 9303-11 6.1): the public key of active authentication.
#pragma once

#include "crypto/ec.hpp"

namespace perso::lds {

/// `6F { SubjectPublicKeyInfo }`.
Bytes encode_dg15(const crypto::EcPublicKey& key, crypto::EcParameters parameters);
/// @throws Error Code::malformed, also for a key that is not on a known curve
crypto::EcPublicKey parse_dg15(ByteView file);

}  // namespace perso::lds
