#include "crypto/pkcs8.hpp"

#include <algorithm>

#include "crypto/asn1.hpp"
#include "crypto/botan.hpp"

namespace perso::crypto {

namespace {

using asn1::sequence;

constexpr std::size_t block_size = 16;
constexpr std::size_t max_pkcs8_bytes = 4096;

Bytes number(std::size_t value) {
  Bytes magnitude;
  append_be64(magnitude, value);
  return asn1::integer(magnitude);
}

Bytes pbes2(ByteView salt, ByteView iv) {
  const Bytes scrypt = sequence({asn1::oid("1.3.6.1.4.1.11591.4.11"),
                                 sequence({tlv::encode(asn1::tag::octet_string, salt), number(stretch_cost),
                                           number(stretch_block_size), number(stretch_parallelism)})});
  const Bytes aes_256_cbc =
      sequence({asn1::oid("2.16.840.1.101.3.4.1.42"), tlv::encode(asn1::tag::octet_string, iv)});
  return sequence({asn1::oid("1.2.840.113549.1.5.13"), sequence({scrypt, aes_256_cbc})});
}

}  // namespace

Bytes encrypt_pkcs8(const Secret& private_key_info, ByteView salt, const Secret& key, Random& random) {
  Bytes iv(block_size);
  random.fill(iv);
  const std::size_t padding =
      block_size - private_key_info.size() % block_size;  // RFC 8018 6.1.1: as many bytes as their value
  Bytes plain(private_key_info.size() + padding, static_cast<std::uint8_t>(padding));
  std::ranges::copy(private_key_info.expose(), plain.begin());
  const Bytes cipher = aes_cbc_encrypt(key, iv, plain);
  wipe(plain);
  return sequence({pbes2(salt, iv), tlv::encode(asn1::tag::octet_string, cipher)});
}

Secret decrypt_pkcs8(ByteView der, ByteView salt, const Secret& key) {
  const auto require = [](bool holds) {
    if (!holds) throw Error(Code::malformed, "not a PKCS#8 key under this set's passphrase");
  };
  require(der.size() <= max_pkcs8_bytes);
  tlv::Reader outer(der);
  tlv::Reader info(outer.expect(asn1::tag::sequence).value);
  outer.expect_end();
  const ByteView algorithm = info.expect(asn1::tag::sequence).encoded;
  const ByteView cipher = info.expect(asn1::tag::octet_string).value;
  info.expect_end();
  require(algorithm.size() >= block_size && !cipher.empty() && cipher.size() % block_size == 0);
  const ByteView iv = algorithm.last(block_size);
  require(std::ranges::equal(algorithm, pbes2(salt, iv)));  // all but the iv is given

  const Secret plain{aes_cbc_decrypt(key, iv, cipher)};
  const ByteView padded = plain.expose();
  const std::size_t padding = padded.back();
  const bool whole =
      padding >= 1 && padding <= block_size &&
      std::ranges::all_of(padded.last(padding), [&](std::uint8_t byte) { return byte == padding; });
  if (!whole) detail::refuse("a PKCS#8 key does not open");
  return Secret::copy_of(padded.first(padded.size() - padding));
}

}  // namespace perso::crypto
