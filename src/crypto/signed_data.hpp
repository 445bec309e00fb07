// What the SignedData of RFC 5652 and of GM/T 0010 are both made of. Not for other layers.
#pragma once

#include <string_view>

#include "crypto/cms.hpp"

namespace perso::crypto::detail {

/// [0] stands for a content, for certificates and for signed attributes, each in its place.
constexpr tlv::Tag tag_zero{0xA0};

/// ContentInfo { content type, [0] content }.
Bytes content_info(std::string_view type, ByteView content);
constexpr std::size_t max_signed_data_bytes = 1 << 20;
/// The content of the ContentInfo that `der` is, of this type and a sequence. @throws Error Code::malformed
ByteView read_content_info(ByteView der, std::string_view type);

/// The number of a structure's version, below 128.
std::uint8_t read_version(tlv::Reader& reader);

/// SignerIdentifier: IssuerAndSerialNumber, or else [0] SubjectKeyIdentifier.
struct SignerIdentifier {
  ByteView issuer, key_id;  // one of them is empty
  Bytes serial;             // as Certificate::serial()
  bool names(const Certificate& certificate) const;
};
Bytes signer_identifier(const Certificate& signer);
SignerIdentifier read_signer_identifier(tlv::Reader& reader, Deviations& deviations);

/// The certificate that is meant, among 64 at most; those in front of it that cannot be read are told.
/// @throws Error Code::malformed where it is not inside
Certificate certificate_among(ByteView certificates, const SignerIdentifier& signer, Deviations& deviations);

/// SignedData::parse with another limit, in bytes.
SignedData read_signed_data(ByteView received, std::size_t limit, Deviations& deviations);

/// The fields of the only SignerInfo: a second signer is refused.
tlv::Reader only_signer_info(ByteView signer_infos);

/// Whether one of these DigestAlgorithmIdentifiers names the hash. Those of unknown hashes do not.
bool names_digest(ByteView digest_algorithms, Hash hash);

}  // namespace perso::crypto::detail
