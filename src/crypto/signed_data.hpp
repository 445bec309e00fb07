// What the SignedData of RFC 5652 and of GM/T 0010 are both made of. Not for other layers.
#pragma once

#include <string_view>

#include "crypto/certificate.hpp"

namespace perso::crypto::detail {

/// [0] stands for a content, for certificates and for signed attributes, each in its place.
constexpr tlv::Tag tag_zero{0xA0};

/// ContentInfo { content type, [0] content }.
Bytes content_info(std::string_view type, ByteView content);
/// The content of the ContentInfo that `der` is, of this type and a sequence.
/// @throws Error Code::malformed, also for more than 1 MiB
ByteView read_content_info(ByteView der, std::string_view type);

/// The number of a structure's version, below 128.
std::uint8_t read_version(tlv::Reader& reader);

/// IssuerAndSerialNumber.
struct SignerIdentifier {
  ByteView issuer, serial;
};
Bytes signer_identifier(const Certificate& signer);
SignerIdentifier read_signer_identifier(tlv::Reader& reader);

/// The certificate that is meant, among 8 at most. @throws Error Code::malformed where it is not inside
Certificate certificate_among(ByteView certificates, const SignerIdentifier& signer);

/// The fields of the only SignerInfo: a second signer is refused.
tlv::Reader only_signer_info(ByteView signer_infos);

/// Whether one of these DigestAlgorithmIdentifiers names the hash.
bool names_digest(ByteView digest_algorithms, Hash hash);

}  // namespace perso::crypto::detail
