// The key pairs of a chip by their algorithm's name in a profile: "ecdsa-p256", "ecdh-p256", "rsa-1024".
#pragma once

#include <string>

#include "crypto/private_key.hpp"

namespace perso::plan {

/// @throws Error Code::crypto_failed for any other algorithm
crypto::PrivateKey make_key(const std::string& algorithm, Random& random);

/// The public half of a key that a chip made, an uncompressed point.
/// @throws Error Code::crypto_failed for an algorithm that has no curve; Code::malformed for a point beside
/// it
crypto::EcPublicKey public_key_of(const std::string& algorithm, ByteView point);

}  // namespace perso::plan
