// What certificates and revocation lists are both made of (RFC 5280 4.1 and 5.1): the signed envelope, names,
// extensions. Not for other layers.
#pragma once

#include "crypto/asn1.hpp"
#include "crypto/certificate.hpp"

namespace perso::crypto::detail {

constexpr std::string_view id_at_country = "2.5.4.6", id_at_locality = "2.5.4.7",
                           id_at_organization = "2.5.4.10", id_at_common_name = "2.5.4.3";

constexpr std::string_view id_ce_subject_key_id = "2.5.29.14", id_ce_key_usage = "2.5.29.15",
                           id_ce_private_key_usage_period = "2.5.29.16", id_ce_subject_alt_name = "2.5.29.17",
                           id_ce_issuer_alt_name = "2.5.29.18", id_ce_basic_constraints = "2.5.29.19",
                           id_ce_crl_number = "2.5.29.20", id_ce_reason_code = "2.5.29.21",
                           id_ce_delta_crl_indicator = "2.5.29.27",
                           id_ce_crl_distribution_points = "2.5.29.31", id_ce_authority_key_id = "2.5.29.35",
                           id_ce_extended_key_usage = "2.5.29.37", id_icao_name_change = "2.23.136.1.1.6.1",
                           id_icao_document_type_list = "2.23.136.1.1.6.2",
                           id_icao_master_list_signer = "2.23.136.1.1.3";

/// [n] IMPLICIT of a primitive type, and [n] of a constructed one.
constexpr tlv::Tag primitive(std::uint32_t n) {
  return {0x80 | n};
}
constexpr tlv::Tag constructed(std::uint32_t n) {
  return {0xA0 | n};
}

inline Bytes copy(ByteView view) {
  return Bytes(view.begin(), view.end());
}

// Writers. Readers throw Code::malformed on what cannot be read, and tell `deviations` what should not be so.

/// What `sign` makes of the message, verified with the signer's own key: a token that holds another one shows
/// here, and not when a card is locked already. @throws Error Code::crypto_failed
Bytes checked_signature(ByteView message, const PublicKey& signer, const SignOperation& sign);

/// SEQUENCE { tbs, algorithm, signature }, signed by the issuer's own algorithm and checked under its key.
/// @param algorithm signature_identifier of the issuer's key, as it stands in `tbs` too
/// @throws Error Code::crypto_failed for a signature of another key
Bytes sign_structure(ByteView tbs, ByteView algorithm, const PublicKey& issuer, const SignOperation& sign);

struct SignedStructure {
  Bytes der;                    // what the views below look into
  tlv::Element tbs, algorithm;  // parsed from DER, whatever was received
  ByteView signature;
  Bytes signed_bytes;  // `tbs` as it was received: the signature is over these
};
/// @param limit bytes at most
SignedStructure read_signed(ByteView received, std::size_t limit, Deviations& deviations);

struct NamePart {
  std::string type;  // dotted OID
  std::string text;  // UTF-8; control characters and what is not understood become '?'
  bool operator==(const NamePart&) const = default;
};
/// The attributes of a Name's contents in their order, 16 at most.
std::vector<NamePart> name_parts(ByteView name);
/// The next element, which is a Name: as it is encoded.
Bytes read_name(tlv::Reader& reader);
/// The same name, whatever its string types, the case of its ASCII letters and its blanks (RFC 5280 7.1).
bool same_name(const Bytes& one, const Bytes& other);
/// Whether what names its issuer so means this one: by the same bytes; or by its key identifier, under the
/// same name.
bool names(const Bytes& name, const Bytes& key_id, const Certificate& issuer);

enum class Critical { no, yes };
Bytes extension(std::string_view id, Critical critical, ByteView value);

struct Extension {
  std::string id;
  bool critical = false;
  ByteView value;
};
/// Extensions: 32 at most, each once.
std::vector<Extension> read_extensions(const tlv::Element& list, Deviations& deviations);
/// A critical extension that nobody reads is not to be passed over. @throws Error Code::malformed
void not_understood(const Extension& extension);
/// The contents of the one element with this tag that an extension's value is.
ByteView only(ByteView value, tlv::Tag tag);

/// AuthorityKeyIdentifier with the keyIdentifier alone; reading gives that, empty where it is missing.
Bytes authority_key_id(ByteView key_id);
Bytes read_authority_key_id(ByteView value);

/// A serial number, as the contents of its INTEGER in shortest form, so that equal ones are equal: told are
/// zero, a negative one, one of more than 20 bytes and one that is not in its shortest form. @throws Error
/// Code::malformed for none, or above 64 bytes
Bytes read_serial(const tlv::Element& element, Deviations& deviations);

}  // namespace perso::crypto::detail
