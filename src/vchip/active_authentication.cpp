#include "vchip/active_authentication.hpp"

#include "crypto/primitives.hpp"
#include "crypto/rsa_raw.hpp"

namespace perso::vchip {

Bytes aa_representative(ByteView m1, ByteView m2) {
  constexpr std::uint8_t partial_recovery = 0x6A, trailer_sha1 = 0xBC;
  const Bytes hash = crypto::digest(crypto::Hash::sha1, concat({m1, m2}));
  return concat({Bytes{partial_recovery}, m1, hash, Bytes{trailer_sha1}});
}

Bytes aa_sign(ByteView modulus, const Secret& exponent, ByteView m1, ByteView m2) {
  return crypto::rsa_raw(modulus, exponent, aa_representative(m1, m2));
}

}  // namespace perso::vchip
