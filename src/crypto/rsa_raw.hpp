// The bare RSA operation, for a chip that signs with a key it was given.
#pragma once

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// input^exponent mod modulus, as long as the modulus. All three big-endian; the input is below the modulus,
/// which is odd and has no leading zero.
/// @throws Error Code::crypto_failed where they are not so
Bytes rsa_raw(ByteView modulus, const Secret& exponent, ByteView input);

}  // namespace perso::crypto
