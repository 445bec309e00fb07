#include "lds/security_infos.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "crypto/asn1.hpp"
#include "crypto/ber.hpp"
#include "lds/file_reader.hpp"

namespace perso::lds {

namespace {

namespace asn1 = crypto::asn1;
using channel::ChipAuthenticationKey;
using channel::KeyAgreement;

constexpr tlv::Tag dg14_tag{0x6E};
constexpr std::size_t max_infos = 64;
constexpr std::size_t max_key_id = 8;
constexpr std::ptrdiff_t max_dh_keys = 4;

constexpr std::string_view id_pace = "0.4.0.127.0.7.2.2.4.";  // of every PACE protocol
constexpr std::string_view id_pk_dh = "0.4.0.127.0.7.2.2.1.1";
constexpr std::string_view id_pk_ecdh = "0.4.0.127.0.7.2.2.1.2";
constexpr std::string_view id_active_authentication = "2.23.136.1.1.5";
constexpr std::string_view id_dh_key_agreement = "1.2.840.113549.1.3.1";
constexpr std::string_view id_dh_public_number = "1.2.840.10046.2.1";

constexpr std::uint8_t pace_version = 2, chip_authentication_version = 1, active_authentication_version = 1;

struct PlainSignature {
  crypto::Hash hash;
  std::string_view oid;
};
constexpr std::array plain_signatures = {
    PlainSignature{crypto::Hash::sha1, "0.4.0.127.0.7.1.1.4.1.1"},
    PlainSignature{crypto::Hash::sha224, "0.4.0.127.0.7.1.1.4.1.2"},
    PlainSignature{crypto::Hash::sha256, "0.4.0.127.0.7.1.1.4.1.3"},
    PlainSignature{crypto::Hash::sha384, "0.4.0.127.0.7.1.1.4.1.4"},
    PlainSignature{crypto::Hash::sha512, "0.4.0.127.0.7.1.1.4.1.5"},
};

bool is_dh(const ChipAuthenticationKey& key) {
  return std::holds_alternative<crypto::DhPublicKey>(key.key);
}

Bytes encode_spki(const crypto::EcPublicKey& key) {
  return key.spki(crypto::EcParameters::explicit_curve);
}

Bytes encode_spki(const crypto::DhPublicKey& key) {
  const auto& [p, g, q] = key.group;
  const Bytes algorithm =
      q.empty() ? asn1::sequence(
                      {asn1::oid(id_dh_key_agreement), asn1::sequence({asn1::integer(p), asn1::integer(g)})})
                : asn1::sequence({asn1::oid(id_dh_public_number),
                                  asn1::sequence({asn1::integer(p), asn1::integer(g), asn1::integer(q)})});
  return asn1::sequence({algorithm, asn1::bit_string(asn1::integer(key.y))});
}

Bytes encode_key_id(const std::optional<Bytes>& id) {
  return id ? asn1::integer(*id) : Bytes();
}

Bytes encode_info(const channel::PaceInfo& info) {
  return asn1::sequence({asn1::oid(channel::oid_of(info.protocol)), asn1::integer(pace_version),
                         asn1::integer(static_cast<std::uint8_t>(info.parameters))});
}

Bytes encode_info(const ChipAuthenticationInfo& info) {
  return asn1::sequence({asn1::oid(channel::oid_of(info.protocol)),
                         asn1::integer(chip_authentication_version), encode_key_id(info.key_id)});
}

Bytes encode_info(const ChipAuthenticationKey& key) {
  return asn1::sequence({asn1::oid(is_dh(key) ? id_pk_dh : id_pk_ecdh),
                         std::visit([](const auto& one) { return encode_spki(one); }, key.key),
                         encode_key_id(key.id)});
}

Bytes encode_info(const ActiveAuthenticationInfo& info) {
  const auto signature = std::ranges::find(plain_signatures, info.hash, &PlainSignature::hash);
  if (signature == plain_signatures.end())
    throw Error(Code::malformed, "SecurityInfos: active authentication has no signature with this hash");
  return asn1::sequence({asn1::oid(id_active_authentication), asn1::integer(active_authentication_version),
                         asn1::oid(signature->oid)});
}

/// A number below 256; nullopt for any other.
std::optional<int> small(const tlv::Element& element) {
  const ByteView magnitude = asn1::read_integer(element);
  if (magnitude.size() > 1) return std::nullopt;
  return magnitude.empty() ? 0 : magnitude[0];
}

std::optional<Bytes> take_key_id(FileReader& fields) {
  const auto element = fields.take(asn1::tag::integer);
  if (!element) return std::nullopt;
  const ByteView magnitude = asn1::read_integer(*element);
  fields.require(magnitude.size() <= max_key_id, "the identifier of a key is longer than 8 bytes");
  return magnitude.empty() ? Bytes{0} : Bytes(magnitude.begin(), magnitude.end());
}

// One info each, behind its OID. False for one that is not worked with.

bool take_pace(SecurityInfos& out, const channel::PaceProtocol& protocol, FileReader& fields) {
  const auto version = small(fields.expect(asn1::tag::integer));
  const auto id = fields.take(asn1::tag::integer);
  if (version != pace_version || !id) return false;
  fields.expect_end();
  const auto* parameters = channel::find_parameters(small(*id).value_or(-1));
  if (parameters == nullptr) return false;
  const bool fits = parameters->agreement == protocol.agreement;
  if (fits)
    out.pace.push_back({protocol, parameters->id});
  else
    fields.deviation("a PACEInfo names domain parameters that are not for its protocol");
  return fits;
}

bool take_chip_authentication(SecurityInfos& out, const channel::ChipAuthenticationProtocol& protocol,
                              FileReader& fields) {
  if (small(fields.expect(asn1::tag::integer)) != chip_authentication_version) return false;
  out.chip_authentication.push_back({protocol, take_key_id(fields)});
  fields.expect_end();
  return true;
}

bool take_key(SecurityInfos& out, KeyAgreement agreement, FileReader& fields) {
  const Bytes spki = asn1::to_der(fields.expect(asn1::tag::sequence).encoded, fields.deviations());
  auto id = take_key_id(fields);
  fields.expect_end();
  const bool dh = agreement == KeyAgreement::dh;
  if (dh && std::ranges::count_if(out.chip_authentication_keys, is_dh) == max_dh_keys) {
    fields.deviation("there are more than 4 keys of finite-field Diffie-Hellman");
    return false;
  }
  try {
    if (dh)
      out.chip_authentication_keys.push_back({crypto::DhPublicKey::from_spki(spki), std::move(id)});
    else
      out.chip_authentication_keys.push_back({crypto::EcPublicKey::from_spki(spki), std::move(id)});
    return true;
  } catch (const Error& error) {
    fields.deviation("a key of chip authentication cannot be used: " + error.message());
    return false;
  }
}

bool take_active_authentication(SecurityInfos& out, FileReader& fields) {
  if (small(fields.expect(asn1::tag::integer)) != active_authentication_version) return false;
  const std::string oid = asn1::read_oid(fields.expect(asn1::tag::oid));
  fields.expect_end();
  const auto signature = std::ranges::find(plain_signatures, oid, &PlainSignature::oid);
  if (signature == plain_signatures.end()) return false;
  if (out.active_authentication)
    fields.deviation("an ActiveAuthenticationInfo stands twice");
  else
    out.active_authentication = {signature->hash};
  return true;
}

bool take_info(SecurityInfos& out, const std::string& oid, FileReader& fields) {
  if (const auto protocol = channel::pace_protocol(oid)) return take_pace(out, *protocol, fields);
  if (const auto protocol = channel::chip_authentication_protocol(oid))
    return take_chip_authentication(out, *protocol, fields);
  if (oid == id_active_authentication) return take_active_authentication(out, fields);
  return false;
}

bool take_info_or_key(SecurityInfos& out, const std::string& oid, FileReader& fields) {
  if (oid == id_pk_dh) return take_key(out, KeyAgreement::dh, fields);
  if (oid == id_pk_ecdh) return take_key(out, KeyAgreement::ecdh, fields);
  return take_info(out, oid, fields);
}

/// @param take what takes one info, behind its OID
template <typename Take>
SecurityInfos read_infos(FileReader infos, Take&& take) {
  SecurityInfos out;
  ByteView previous;
  bool sorted = true;
  for (std::size_t count = 1; !infos.at_end(); ++count) {
    infos.require(count <= max_infos, "there are more than 64 SecurityInfos");
    const tlv::Element info = infos.expect(asn1::tag::sequence);
    sorted = sorted && !std::ranges::lexicographical_compare(info.encoded, previous);
    previous = info.encoded;
    FileReader fields = infos.inside(info);
    const std::string oid = asn1::read_oid(fields.expect(asn1::tag::oid));
    if (oid.starts_with(id_pace)) out.pace_encodings.emplace_back(info.encoded.begin(), info.encoded.end());
    if (!take(out, oid, fields)) out.others.push_back(oid);
  }
  if (!sorted) infos.deviation("the SecurityInfos are not in the order of their encodings");
  return out;
}

}  // namespace

Bytes encode_security_infos(const SecurityInfos& infos) {
  std::vector<Bytes> encoded;
  for (const auto& info : infos.pace) encoded.push_back(encode_info(info));
  for (const auto& info : infos.chip_authentication) encoded.push_back(encode_info(info));
  for (const auto& key : infos.chip_authentication_keys) encoded.push_back(encode_info(key));
  if (infos.active_authentication) encoded.push_back(encode_info(*infos.active_authentication));
  return asn1::set_of(std::move(encoded));
}

SecurityInfos parse_security_infos(ByteView der, Deviations& deviations) {
  return read_infos(FileReader("SecurityInfos", der, deviations).only(asn1::tag::set), take_info_or_key);
}

SecurityInfos parse_card_access(ByteView file, Deviations& deviations) {
  return read_infos(FileReader("EF.CardAccess", file, deviations).only(asn1::tag::set), take_info);
}

Bytes encode_dg14(const SecurityInfos& infos) {
  return tlv::encode(dg14_tag, encode_security_infos(infos));
}

SecurityInfos parse_dg14(ByteView file, Deviations& deviations) {
  FileReader reader = FileReader("EF.DG14", file, deviations).only(dg14_tag);
  SecurityInfos infos = read_infos(reader.only(asn1::tag::set), take_info_or_key);
  if (!infos.chip_authentication.empty() || infos.chip_authentication_keys.empty()) return infos;
  // The first documents with chip authentication had 3DES alone, and did not say so.
  reader.deviation("a key of chip authentication stands without a ChipAuthenticationInfo");
  for (const ChipAuthenticationKey& key : infos.chip_authentication_keys) {
    infos.chip_authentication.push_back(
        {{is_dh(key) ? KeyAgreement::dh : KeyAgreement::ecdh, channel::Cipher::triple_des}, key.id});
  }
  return infos;
}

channel::ParameterSets pace_parameter_sets(const SecurityInfos& infos) {
  const auto another = [&](const channel::PaceInfo& info) {
    return info.parameters != infos.pace.front().parameters;
  };
  const bool unknown = infos.pace_encodings.size() > infos.pace.size();
  return unknown || std::ranges::any_of(infos.pace, another) ? channel::ParameterSets::several
                                                             : channel::ParameterSets::one;
}

Downgrade downgrade_of(const SecurityInfos& card_access, const SecurityInfos& repeated) {
  const auto ways = [](const SecurityInfos& infos) {
    return std::set<Bytes>(infos.pace_encodings.begin(), infos.pace_encodings.end());
  };
  if (ways(card_access) == ways(repeated)) return Downgrade::none;
  return repeated.pace_encodings.empty() ? Downgrade::unknown : Downgrade::found;
}

}  // namespace perso::lds
