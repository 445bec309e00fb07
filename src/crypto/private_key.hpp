// A private key that the station makes for a chip, to be injected.
#pragma once

#include <variant>

#include "crypto/ec.hpp"
#include "crypto/rsa.hpp"

namespace perso::crypto {

using PrivateKey = std::variant<EcPrivateKey, RsaPrivateKey>;

}  // namespace perso::crypto
