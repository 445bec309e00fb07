#include "crypto/rsa_raw.hpp"

#include <botan/bigint.h>
#include <botan/numthry.h>

#include "crypto/botan.hpp"

namespace perso::crypto {

Bytes rsa_raw(ByteView modulus, const Secret& exponent, ByteView input) {
  const Botan::BigInt n(modulus.data(), modulus.size());
  const Botan::BigInt m(input.data(), input.size());
  if (n.bytes() != modulus.size() || n.is_even() || m >= n)
    detail::refuse("an RSA input is not below its modulus, or the modulus is none");
  return detail::guarded("an RSA operation failed", [&] {
    const Botan::BigInt d(exponent.expose().data(), exponent.size());
    Bytes out(modulus.size());
    Botan::BigInt::encode_1363(out.data(), out.size(), Botan::power_mod(m, d, n));
    return out;
  });
}

}  // namespace perso::crypto
