#include "lds/sod.hpp"

#include <algorithm>
#include <array>

#include "crypto/asn1.hpp"
#include "lds/com.hpp"
#include "lds/file_reader.hpp"
#include "lds/signing.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag sod_tag{0x77};
namespace tag = crypto::asn1::tag;
constexpr int last_data_group = 16;
/// What some documents of the first years write for it.
constexpr const char* early_security_object_oid = "1.3.27.1.1.1";

// ICAO 9303-12 4.4.
constexpr std::array allowed_hashes = {crypto::Hash::sha224, crypto::Hash::sha256, crypto::Hash::sha384,
                                       crypto::Hash::sha512};

constexpr const char* bad_hash = "the digests are made with a hash that 9303-12 does not allow";
constexpr const char* bad_count = "the security object does not hold 2 to 16 digests";
constexpr const char* bad_group = "there is no such data group";
constexpr const char* bad_size = "a digest has another size than its hash";
constexpr const char* bad_versions = "LDS and Unicode version are not four and six digits";

bool is_allowed(crypto::Hash hash) {
  return std::ranges::find(allowed_hashes, hash) != allowed_hashes.end();
}

bool is_enough(const SecurityObject& object) {
  return object.digests.size() >= 2 && object.digests.size() <= last_data_group;
}

bool holds(const std::optional<LdsVersions>& versions) {
  return !versions || versions_hold(versions->lds, versions->unicode);
}

void require(bool good, const char* what) {
  if (!good) throw Error(Code::malformed, std::string("EF.SOD: ") + what);
}

void check(const SecurityObject& object) {
  require(is_allowed(object.hash), bad_hash);
  require(is_enough(object), bad_count);
  for (const auto& [number, digest] : object.digests) {
    require(number >= 1 && number <= last_data_group, bad_group);
    require(digest.size() == crypto::digest_size(object.hash), bad_size);
  }
  require(holds(object.versions), bad_versions);
}

/// A number of 0 to 255.
int small_integer(FileReader& reader) {
  const tlv::Element element = reader.expect(tag::integer);
  reader.require(element.value.size() == 1,
                 "the security object holds a number that is none of a data group");
  return element.value[0];
}

crypto::Hash read_hash(FileReader algorithm) {
  const auto hash = crypto::hash_of(crypto::asn1::read_oid(algorithm.expect(tag::oid)));
  // RFC 5754 2: parameters are left out, and NULL is understood.
  if (const auto null = algorithm.take(tag::null))
    algorithm.require(null->value.empty(), "a NULL has contents");
  algorithm.expect_end();
  algorithm.require(hash && (is_allowed(*hash) || *hash == crypto::Hash::sha1), bad_hash);
  if (!is_allowed(*hash)) algorithm.deviation(bad_hash);
  return *hash;
}

LdsVersions read_versions(FileReader reader) {
  LdsVersions out;
  out.lds = as_text(reader.expect(tag::printable_string).value);
  out.unicode = as_text(reader.expect(tag::printable_string).value);
  reader.expect_end();
  return out;
}

void read_digest(SecurityObject& object, FileReader entry) {
  const int number = small_integer(entry);
  const ByteView digest = entry.expect(tag::octet_string).value;
  entry.expect_end();
  entry.require(number >= 1 && number <= last_data_group, bad_group);
  entry.require(digest.size() == crypto::digest_size(object.hash), bad_size);
  const bool fresh = object.digests.emplace(number, Bytes(digest.begin(), digest.end())).second;
  entry.require(fresh, "the security object names a data group twice");
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
  using namespace crypto::asn1;
  check(object);
  Bytes digests;
  for (const auto& [number, digest] : object.digests)
    append(digests,
           sequence({integer(static_cast<std::uint8_t>(number)), tlv::encode(tag::octet_string, digest)}));
  Bytes versions;
  if (object.versions)
    versions = sequence({tlv::encode(tag::printable_string, as_bytes(object.versions->lds)),
                         tlv::encode(tag::printable_string, as_bytes(object.versions->unicode))});
  const std::uint8_t version = object.versions ? 1 : 0;
  return sequence(
      {integer(version), sequence({oid(crypto::oid_of(object.hash))}), sequence({digests}), versions});
}

SecurityObject parse_security_object(ByteView der, Deviations& deviations) {
  FileReader reader = FileReader("EF.SOD", der, deviations).only(tag::sequence);
  const int version = small_integer(reader);
  SecurityObject object;
  object.hash = read_hash(reader.inside(reader.expect(tag::sequence)));
  FileReader digests = reader.inside(reader.expect(tag::sequence));
  if (const auto versions = reader.take(tag::sequence))
    object.versions = read_versions(reader.inside(*versions));
  reader.expect_end();
  if (version != (object.versions ? 1 : 0))
    reader.deviation("the security object's version does not go with what it holds");
  if (!holds(object.versions)) reader.deviation(bad_versions);
  while (!digests.at_end()) read_digest(object, digests.inside(digests.expect(tag::sequence)));
  if (!is_enough(object)) reader.deviation(bad_count);
  return object;
}

SecurityObject parse_security_object(ByteView der) {
  NoDeviations strict;
  return parse_security_object(der, strict);
}

Bytes encode_sod(const SecurityObject& object, const crypto::Certificate& signer, Instant signing_time,
                 const crypto::SignOperation& sign) {
  return tlv::encode(sod_tag, sign_content("EF.SOD", security_object_oid, encode_security_object(object),
                                           signer, signing_time, sign));
}

Sod parse_sod(ByteView file, Deviations& deviations) {
  const FileReader reader = FileReader("EF.SOD", file, deviations).only(sod_tag);
  crypto::SignedData cms = crypto::SignedData::parse(reader.rest(), deviations);
  reader.require(cms.content.has_value(), "the LDS security object is not inside");
  if (cms.content_type == early_security_object_oid)
    reader.deviation("the LDS security object has an identifier of the first years");
  else
    reader.require(cms.content_type == security_object_oid, "what is signed is no LDS security object");
  SecurityObject object = parse_security_object(*cms.content, deviations);
  return {std::move(object), std::move(cms)};
}

Sod parse_sod(ByteView file) {
  NoDeviations strict;
  return parse_sod(file, strict);
}

}  // namespace perso::lds
