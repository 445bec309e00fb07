#include "lds/dg15.hpp"

#include "lds/element.hpp"

namespace perso::lds {

namespace {
constexpr tlv::Tag dg15_tag{0x6F};
}

Bytes encode_dg15(const crypto::EcPublicKey& key, crypto::EcParameters parameters) {
  return tlv::encode(dg15_tag, key.spki(parameters));
}

crypto::EcPublicKey parse_dg15(ByteView file) {
  return crypto::EcPublicKey::from_spki(only_element(file, dg15_tag));
}

}  // namespace perso::lds
