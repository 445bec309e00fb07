#include "plan/chip_keys.hpp"

#include <charconv>

#include "bytes/error.hpp"

namespace perso::plan {

namespace {

/// nullptr for an algorithm that has none.
const char* curve_of(const std::string& algorithm) {
  return algorithm == "ecdsa-p256" || algorithm == "ecdh-p256" ? "secp256r1" : nullptr;
}

}  // namespace

crypto::PrivateKey make_key(const std::string& algorithm, Random& random) {
  if (const char* const curve = curve_of(algorithm)) return crypto::EcPrivateKey::generate(curve, random);
  constexpr std::string_view rsa = "rsa-";
  std::size_t bits = 0;
  const char* const end = algorithm.data() + algorithm.size();
  if (!algorithm.starts_with(rsa) || std::from_chars(algorithm.data() + rsa.size(), end, bits).ptr != end)
    throw Error(Code::crypto_failed, "the station makes no keys of " + algorithm);
  return crypto::RsaPrivateKey::generate(bits, random);
}

crypto::EcPublicKey public_key_of(const std::string& algorithm, ByteView point) {
  const char* const curve = curve_of(algorithm);
  if (curve == nullptr) throw Error(Code::crypto_failed, "there is no curve for keys of " + algorithm);
  return crypto::EcPublicKey::from_point(curve, point);
}

}  // namespace perso::plan
