#include "crypto/rsa.hpp"

#include <botan/numthry.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>

#include <algorithm>
#include <array>
#include <functional>

#include "crypto/asn1.hpp"
#include "crypto/botan.hpp"
#include "crypto/numbers.hpp"

namespace perso::crypto {

namespace {

using Botan::BigInt;

constexpr std::string_view id_rsa_encryption = "1.2.840.113549.1.1.1";
constexpr std::size_t min_bits = 1024, max_bits = 8192, max_generated_bits = 4096;
constexpr std::size_t max_exponent_bits = 256;
constexpr std::size_t public_exponent = 65537;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("RSA key: ") + what);
}

/// ISO/IEC 9796-2 8.1.2: option 1 is for the hash that is agreed upon, SHA-1 here; option 2 names the hash by
/// its number in ISO/IEC 10118.
struct Trailer {
  Hash hash;
  std::array<std::uint8_t, 2> octets;
  std::size_t size;  // the last octets of the two
};
constexpr std::array trailers = {
    Trailer{Hash::sha1, {0x00, 0xBC}, 1},   Trailer{Hash::sha224, {0x38, 0xCC}, 2},
    Trailer{Hash::sha256, {0x34, 0xCC}, 2}, Trailer{Hash::sha384, {0x36, 0xCC}, 2},
    Trailer{Hash::sha512, {0x35, 0xCC}, 2},
};

/// What the message representative says; nullptr for a trailer that is none of them.
const Trailer* trailer_of(ByteView representative) {
  const auto found = std::ranges::find_if(trailers, [&](const Trailer& trailer) {
    return std::ranges::equal(ByteView(trailer.octets).last(trailer.size), representative.last(trailer.size));
  });
  return found != trailers.end() ? &*found : nullptr;
}

/// RFC 8017 B.2.1.
Bytes mgf1(Hash hash, ByteView seed, std::size_t size) {
  Bytes out;
  for (std::uint32_t counter = 0; out.size() < size; ++counter) {
    Bytes input(seed.begin(), seed.end());
    append_be32(input, counter);
    append(out, digest(hash, input));
  }
  out.resize(size);
  return out;
}

}  // namespace

RsaPublicKey RsaPublicKey::from_spki(ByteView der) {
  NoDeviations none;
  return from_spki(der, none);
}

RsaPublicKey RsaPublicKey::from_spki(ByteView der, Deviations& deviations) {
  using namespace asn1;
  const tlv::Element whole = tlv::single(der);
  require(whole.tag == tag::sequence, "not a SubjectPublicKeyInfo");
  tlv::Reader info(whole.value);
  tlv::Reader algorithm(info.expect(tag::sequence).value);
  require(read_oid(algorithm.expect(tag::oid)) == id_rsa_encryption, "not an RSA key");
  if (const auto null = algorithm.take(tag::null))
    require(null->value.empty(), "a NULL has contents");
  else
    deviations.found("an RSA key has no NULL parameters");
  algorithm.expect_end();
  const ByteView key = read_bit_string(info.expect(tag::bit_string));
  info.expect_end();
  return from_pkcs1(key);
}

RsaPublicKey RsaPublicKey::from_pkcs1(ByteView der) {
  using namespace asn1;
  const tlv::Element key = tlv::single(der);
  require(key.tag == tag::sequence, "not an RSAPublicKey");
  tlv::Reader numbers(key.value);
  const ByteView modulus = read_integer(numbers.expect(tag::integer));
  const ByteView exponent = read_integer(numbers.expect(tag::integer));
  numbers.expect_end();
  require(modulus.size() <= max_bits / 8 && exponent.size() <= max_exponent_bits / 8, "larger than any");
  const BigInt product = detail::number(modulus);
  require(product.is_odd() && product.bits() >= min_bits,
          "the modulus is not an odd number of 1,024 to 8,192 bits");
  const BigInt power = detail::number(exponent);
  require(power.is_odd() && power > 1, "the exponent is not an odd number above 1 of at most 256 bits");
  return RsaPublicKey(Bytes(modulus.begin(), modulus.end()), Bytes(exponent.begin(), exponent.end()));
}

Bytes RsaPublicKey::spki() const {
  const Bytes null = tlv::encode(asn1::tag::null, Bytes());
  const Bytes key = asn1::sequence({asn1::integer(modulus_), asn1::integer(exponent_)});
  return asn1::sequence({asn1::sequence({asn1::oid(id_rsa_encryption), null}), asn1::bit_string(key)});
}

std::optional<Bytes> RsaPublicKey::raw(ByteView signature) const {
  if (signature.size() > size()) return std::nullopt;
  const BigInt modulus = detail::number(modulus_), number = detail::number(signature);
  if (number >= modulus) return std::nullopt;
  return detail::guarded("the RSA operation failed", [&] {
    return detail::encoded(Botan::power_mod(number, detail::number(exponent_), modulus), size());
  });
}

bool RsaPublicKey::verify_9796_2(ByteView challenge, ByteView signature) const {
  constexpr std::uint8_t header = 0x6A;  // partial recovery, and no padding in front of the recoverable part
  if (signature.size() != size()) return false;
  const std::optional<Bytes> representative = raw(signature);
  if (!representative || representative->front() != header) return false;
  const ByteView whole(*representative);
  const Trailer* const trailer = trailer_of(whole);
  if (trailer == nullptr) return false;
  const std::size_t behind = digest_size(trailer->hash) + trailer->size;
  if (whole.size() <= 1 + behind) return false;
  const ByteView recovered = whole.subspan(1, whole.size() - 1 - behind);
  const ByteView hash = whole.subspan(1 + recovered.size(), digest_size(trailer->hash));
  return std::ranges::equal(digest(trailer->hash, concat({recovered, challenge})), hash);
}

bool RsaPublicKey::verify_pkcs1(Hash hash, ByteView message, ByteView signature) const {
  if (hash == Hash::sm3 || signature.size() != size()) return false;
  try {
    const Botan::RSA_PublicKey key(detail::number(modulus_), detail::number(exponent_));
    Botan::PK_Verifier verifier(key, std::string("EMSA3(") + detail::name_of(hash) + ")");
    return verifier.verify_message(message.data(), message.size(), signature.data(), signature.size());
  } catch (const Botan::Exception&) {
    return false;  // a signature that cannot even be read
  }
}

// The library's own EMSA4 masks with the hash that it signs over; certificates say the two one by one.
bool RsaPublicKey::verify_pss(Hash hash, Hash mask_hash, std::size_t salt, ByteView message,
                              ByteView signature) const {
  const std::size_t bits = detail::number(modulus_).bits() - 1;  // emBits of RFC 8017 9.1.2
  const std::size_t hash_size = digest_size(hash);
  if (signature.size() != size()) return false;
  const std::optional<Bytes> number = raw(signature);
  if (!number || (bits % 8 == 0 && number->front() != 0)) return false;
  const ByteView encoded = ByteView(*number).last((bits + 7) / 8);
  if (encoded.size() < hash_size + salt + 2 || encoded.back() != 0xBC) return false;
  const std::size_t block_size = encoded.size() - hash_size - 1;
  const ByteView hashed = encoded.subspan(block_size, hash_size);
  const std::uint8_t unused = static_cast<std::uint8_t>(0xFF << (8 - (8 * encoded.size() - bits)));
  if ((encoded[0] & unused) != 0) return false;
  Bytes block = mgf1(mask_hash, hashed, block_size);
  std::ranges::transform(block, encoded.first(block_size), block.begin(), std::bit_xor());
  block[0] &= static_cast<std::uint8_t>(~unused);
  const std::size_t padding = block_size - salt - 1;
  const bool padded = std::all_of(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(padding),
                                  [](std::uint8_t octet) { return octet == 0; });
  if (!padded || block[padding] != 0x01) return false;
  return std::ranges::equal(
      digest(hash, concat({Bytes(8), digest(hash, message), ByteView(block).last(salt)})), hashed);
}

RsaPrivateKey RsaPrivateKey::generate(std::size_t bits, Random& random) {
  if (bits < min_bits || bits > max_generated_bits) detail::refuse("an RSA key has 1,024 to 4,096 bits");
  return detail::guarded("the key was not generated", [&] {
    detail::RandomAdapter generator(random);
    const Botan::RSA_PrivateKey key(generator, bits, public_exponent);
    RsaPublicKey half(detail::encoded(key.get_n(), key.get_n().bytes()),
                      detail::encoded(key.get_e(), key.get_e().bytes()));
    const std::size_t size = half.size();
    return RsaPrivateKey(std::move(half), Secret(detail::encoded(key.get_d(), size)));
  });
}

}  // namespace perso::crypto
