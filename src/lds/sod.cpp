#include "lds/sod.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "lds/com.hpp"
#include "lds/element.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag sod_tag{0x77};
constexpr tlv::Tag integer_tag{0x02};
constexpr tlv::Tag octet_string_tag{0x04};
constexpr tlv::Tag null_tag{0x05};
constexpr tlv::Tag printable_string_tag{0x13};
constexpr tlv::Tag sequence_tag{0x30};
constexpr int last_data_group = 16;

// ICAO 9303-12 4.4.
constexpr std::array allowed_hashes = {crypto::Hash::sha224, crypto::Hash::sha256, crypto::Hash::sha384,
                                       crypto::Hash::sha512};

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, what);
}

void require_allowed(std::optional<crypto::Hash> hash) {
  require(hash && std::ranges::find(allowed_hashes, *hash) != allowed_hashes.end(),
          "EF.SOD: the digests are made with a hash that 9303-12 does not allow");
}

void check(const SecurityObject& object) {
  require_allowed(object.hash);
  require(object.digests.size() >= 2 && object.digests.size() <= last_data_group,
          "EF.SOD: the security object does not hold 2 to 16 digests");
  for (const auto& [number, digest] : object.digests) {
    require(number >= 1 && number <= last_data_group, "EF.SOD: there is no such data group");
    require(digest.size() == crypto::digest_size(object.hash),
            "EF.SOD: a digest has another size than its hash");
  }
  require(!object.versions || versions_hold(object.versions->lds, object.versions->unicode),
          "EF.SOD: LDS and Unicode version are not four and six digits");
}

/// A DER INTEGER of 0 to 16.
int small_integer(const tlv::Element& element) {
  require(element.value.size() == 1 && element.value[0] <= last_data_group,
          "EF.SOD: the security object holds a number that is none of a data group");
  return element.value[0];
}

crypto::Hash parse_algorithm(ByteView contents) {
  tlv::Reader reader(contents);
  const auto hash = crypto::hash_of(crypto::asn1::read_oid(reader.expect(crypto::asn1::tag::oid)));
  // RFC 5754 2: parameters are left out, and NULL is understood.
  if (const auto null = reader.take(null_tag)) require(null->value.empty(), "EF.SOD: a NULL has contents");
  reader.expect_end();
  require_allowed(hash);
  return *hash;
}

LdsVersions parse_versions(ByteView contents) {
  tlv::Reader reader(contents);
  LdsVersions out;
  out.lds = as_text(reader.expect(printable_string_tag).value);
  out.unicode = as_text(reader.expect(printable_string_tag).value);
  reader.expect_end();
  return out;
}

}  // namespace

SecurityObject security_object_over(const std::map<int, ByteView>& data_groups, crypto::Hash hash,
                                    std::optional<LdsVersions> versions) {
  SecurityObject object{.hash = hash, .digests = {}, .versions = std::move(versions)};
  for (const auto& [number, file] : data_groups)
    object.digests.emplace(number, crypto::digest(object.hash, file));
  return object;
}

Bytes encode_security_object(const SecurityObject& object) {
  check(object);
  Bytes digests;
  for (const auto& [number, digest] : object.digests)
    append(digests,
           tlv::encode(sequence_tag, {tlv::encode(integer_tag, Bytes{static_cast<std::uint8_t>(number)}),
                                      tlv::encode(octet_string_tag, digest)}));
  Bytes versions;
  if (object.versions)
    versions =
        tlv::encode(sequence_tag, {tlv::encode(printable_string_tag, as_bytes(object.versions->lds)),
                                   tlv::encode(printable_string_tag, as_bytes(object.versions->unicode))});
  const std::uint8_t version = object.versions ? 1 : 0;
  return tlv::encode(sequence_tag,
                     {tlv::encode(integer_tag, ByteView(&version, 1)),
                      tlv::encode(sequence_tag, {crypto::asn1::oid(crypto::oid_of(object.hash))}),
                      tlv::encode(sequence_tag, digests), versions});
}

SecurityObject parse_security_object(ByteView der) {
  tlv::Reader reader(only_element(der, sequence_tag));
  const int version = small_integer(reader.expect(integer_tag));
  require(version <= 1, "EF.SOD: the security object is not of version 0 or 1");
  SecurityObject object;
  object.hash = parse_algorithm(reader.expect(sequence_tag).value);
  tlv::Reader digests(reader.expect(sequence_tag).value);
  if (version == 1) object.versions = parse_versions(reader.expect(sequence_tag).value);
  reader.expect_end();
  while (!digests.at_end()) {
    tlv::Reader entry(digests.expect(sequence_tag).value);
    const int number = small_integer(entry.expect(integer_tag));
    const ByteView digest = entry.expect(octet_string_tag).value;
    entry.expect_end();
    const bool fresh = object.digests.emplace(number, Bytes(digest.begin(), digest.end())).second;
    require(fresh, "EF.SOD: the security object names a data group twice");
  }
  check(object);
  return object;
}

Bytes encode_sod(const SecurityObject& object, const crypto::Certificate& signer, Instant signing_time,
                 const crypto::SignOperation& sign) {
  if (signer.public_key().signature_hash() == crypto::Hash::sm3)
    throw Error(
        Code::crypto_failed,
        "EF.SOD: the signer's key is one of SM2, and ICAO 9303-12 has ECDSA and RSA alone: name a signer "
        "with a key of ECDSA");
  return tlv::encode(sod_tag, crypto::sign_cms(security_object_oid, encode_security_object(object), signer,
                                               signing_time, sign));
}

Sod parse_sod(ByteView file) {
  crypto::SignedData cms = crypto::SignedData::parse(only_element(file, sod_tag));
  require(cms.content_type == security_object_oid, "EF.SOD: what is signed is no LDS security object");
  require(cms.content.has_value(), "EF.SOD: the LDS security object is not inside");
  SecurityObject object = parse_security_object(*cms.content);
  return {std::move(object), std::move(cms)};
}

}  // namespace perso::lds
