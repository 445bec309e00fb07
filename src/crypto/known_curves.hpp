// The curves that keys, signatures and key agreement are on. Not for other layers.
#pragma once

#include <botan/ec_group.h>

#include <array>
#include <string_view>

#include "crypto/botan.hpp"

namespace perso::crypto::detail {

struct KnownCurve {
  std::string_view name;
  std::string_view oid;
  std::size_t field_bytes;
  Hash hash;  // what a key on it signs with

  bool sm2() const { return hash == Hash::sm3; }
};

inline constexpr std::array known_curves = {
    KnownCurve{"secp192r1", "1.2.840.10045.3.1.1", 24, Hash::sha256},
    KnownCurve{"secp224r1", "1.3.132.0.33", 28, Hash::sha256},
    KnownCurve{"secp256r1", "1.2.840.10045.3.1.7", 32, Hash::sha256},
    KnownCurve{"secp384r1", "1.3.132.0.34", 48, Hash::sha384},
    KnownCurve{"secp521r1", "1.3.132.0.35", 66, Hash::sha512},
    KnownCurve{"brainpoolP192r1", "1.3.36.3.3.2.8.1.1.3", 24, Hash::sha256},
    KnownCurve{"brainpoolP224r1", "1.3.36.3.3.2.8.1.1.5", 28, Hash::sha256},
    KnownCurve{"brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7", 32, Hash::sha256},
    KnownCurve{"brainpoolP320r1", "1.3.36.3.3.2.8.1.1.9", 40, Hash::sha384},
    KnownCurve{"brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11", 48, Hash::sha384},
    KnownCurve{"brainpoolP512r1", "1.3.36.3.3.2.8.1.1.13", 64, Hash::sha512},
    KnownCurve{"sm2p256v1", "1.2.156.10197.1.301", 32, Hash::sm3},
};

/// The library's own group: it is built once for the whole process, with its tables.
inline Botan::EC_Group group_of(const KnownCurve& curve) {
  return guarded("the curve is not there",
                 [&] { return Botan::EC_Group(Botan::OID(std::string(curve.oid))); });
}

}  // namespace perso::crypto::detail
