#include "lds/dg15.hpp"

#include "crypto/ber.hpp"
#include "crypto/public_key.hpp"
#include "lds/file_reader.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag dg15_tag{0x6F};
constexpr tlv::Tag sequence_tag{0x30};

}  // namespace

Bytes encode_dg15(const crypto::EcPublicKey& key, crypto::EcParameters parameters) {
  return tlv::encode(dg15_tag, key.spki(parameters));
}

Bytes encode_dg15(const crypto::RsaPublicKey& key) {
  return tlv::encode(dg15_tag, key.spki());
}

ChipKey parse_dg15(ByteView file, Deviations& deviations) {
  FileReader reader = FileReader("EF.DG15", file, deviations).only(dg15_tag);
  const Bytes spki = crypto::asn1::to_der(reader.expect(sequence_tag).encoded, deviations);
  reader.expect_end();
  const auto key = crypto::PublicKey::from_spki(spki, deviations);
  if (key.rsa() != nullptr) return *key.rsa();
  return *key.ec();
}

ChipKey parse_dg15(ByteView file) {
  NoDeviations strict;
  return parse_dg15(file, strict);
}

}  // namespace perso::lds
