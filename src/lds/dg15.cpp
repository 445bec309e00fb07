#include "lds/dg15.hpp"

#include <algorithm>
#include <array>

#include "lds/element.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag dg15_tag{0x6F};
constexpr tlv::Tag oid_tag{0x06};
constexpr tlv::Tag sequence_tag{0x30};
/// 1.2.840.113549.1.1.1
constexpr std::array<std::uint8_t, 9> rsa_encryption{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};

bool is_rsa(ByteView spki) {
  tlv::Reader info(only_element(spki, sequence_tag));
  tlv::Reader algorithm(info.expect(sequence_tag).value);
  return std::ranges::equal(algorithm.expect(oid_tag).value, rsa_encryption);
}

}  // namespace

Bytes encode_dg15(const crypto::EcPublicKey& key, crypto::EcParameters parameters) {
  return tlv::encode(dg15_tag, key.spki(parameters));
}

Bytes encode_dg15(const crypto::RsaPublicKey& key) {
  return tlv::encode(dg15_tag, key.spki());
}

ChipKey parse_dg15(ByteView file) {
  const ByteView spki = only_element(file, dg15_tag);
  if (is_rsa(spki)) return crypto::RsaPublicKey::from_spki(spki);
  return crypto::EcPublicKey::from_spki(spki);
}

}  // namespace perso::lds
