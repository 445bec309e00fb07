// EF.DG15 (ICAO 9303-10 4.7.15, 9303-11 6.1): the public key of active authentication.
#pragma once

#include <variant>

#include "bytes/deviations.hpp"
#include "crypto/ec.hpp"
#include "crypto/rsa.hpp"

namespace perso::lds {

using ChipKey = std::variant<crypto::EcPublicKey, crypto::RsaPublicKey>;

/// `6F { SubjectPublicKeyInfo }`.
Bytes encode_dg15(const crypto::EcPublicKey& key, crypto::EcParameters parameters);
Bytes encode_dg15(const crypto::RsaPublicKey& key);
/// @throws Error Code::malformed, also for an EC key that is not on a known curve, and an RSA key of a size
/// that crypto::RsaPublicKey does not take
ChipKey parse_dg15(ByteView file, Deviations& deviations);
/// Strictly.
ChipKey parse_dg15(ByteView file);

}  // namespace perso::lds
