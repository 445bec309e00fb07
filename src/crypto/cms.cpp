#include "crypto/cms.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"

namespace perso::crypto {

namespace {

using namespace detail;
using asn1::sequence;

constexpr std::string_view id_signed_data = "1.2.840.113549.1.7.2";
constexpr std::string_view id_content_type = "1.2.840.113549.1.9.3";
constexpr std::string_view id_message_digest = "1.2.840.113549.1.9.4";
constexpr std::string_view id_signing_time = "1.2.840.113549.1.9.5";

/// [0] stands for the content, the certificates and the signed attributes, each in its place.
constexpr tlv::Tag tag_zero{0xA0};

constexpr std::size_t max_cms_bytes = 1 << 20;
constexpr std::size_t max_certificates = 8;
constexpr std::size_t max_attributes = 16;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("CMS: ") + what);
}

Bytes copy(ByteView view) {
  return Bytes(view.begin(), view.end());
}

bool equal(ByteView a, ByteView b) {
  return std::ranges::equal(a, b);
}

Bytes attribute(std::string_view type, ByteView value) {
  return sequence({asn1::oid(type), tlv::encode(asn1::tag::set, value)});
}

void expect_version(tlv::Reader& reader, std::uint8_t version) {
  const ByteView number = asn1::read_integer(reader.expect(asn1::tag::integer));
  require(number.size() == 1 && number[0] == version, "a structure is of another version");
}

struct SignerInfo {
  ByteView issuer, serial;
  Hash digest_algorithm;
  tlv::Element attributes;
  ByteView signature;
};

SignerInfo read_signer_info(ByteView signer_infos) {
  const tlv::Element only = tlv::single(signer_infos);  // a second signer is refused
  require(only.tag == asn1::tag::sequence, "not a SignerInfo");
  tlv::Reader reader(only.value);
  expect_version(reader, 1);
  tlv::Reader identifier(reader.expect(asn1::tag::sequence).value);
  SignerInfo out{};
  out.issuer = identifier.expect(asn1::tag::sequence).encoded;
  out.serial = identifier.expect(asn1::tag::integer).value;
  identifier.expect_end();
  out.digest_algorithm = read_digest_algorithm(reader.expect(asn1::tag::sequence));
  out.attributes = reader.expect(tag_zero);
  require(read_signature_algorithm(reader.expect(asn1::tag::sequence)) == out.digest_algorithm,
          "signature and digest are over different hashes");
  out.signature = reader.expect(asn1::tag::octet_string).value;
  reader.expect_end();
  return out;
}

struct Attributes {
  std::optional<std::string> content_type;
  std::optional<Bytes> message_digest;
  std::optional<Instant> signing_time;
};

Attributes read_attributes(ByteView contents) {
  require(asn1::sorted(contents), "the signed attributes are not in DER order");
  Attributes out;
  std::size_t count = 0;
  for (tlv::Reader reader(contents); !reader.at_end();) {
    require(++count <= max_attributes, "too many signed attributes");
    tlv::Reader attribute(reader.expect(asn1::tag::sequence).value);
    const std::string type = asn1::read_oid(attribute.expect(asn1::tag::oid));
    const ByteView values = attribute.expect(asn1::tag::set).value;
    attribute.expect_end();
    if (type == id_content_type) {
      require(!out.content_type, "contentType stands twice");
      out.content_type = asn1::read_oid(tlv::single(values));
    } else if (type == id_message_digest) {
      require(!out.message_digest, "messageDigest stands twice");
      const tlv::Element value = tlv::single(values);
      require(value.tag == asn1::tag::octet_string, "messageDigest is no octet string");
      out.message_digest = copy(value.value);
    } else if (type == id_signing_time) {
      require(!out.signing_time, "signingTime stands twice");
      out.signing_time = asn1::read_time(tlv::single(values));
    }
  }
  return out;
}

/// The certificate that the SignerInfo means.
Certificate signer_among(ByteView certificates, const SignerInfo& info) {
  std::size_t count = 0;
  for (tlv::Reader reader(certificates); !reader.at_end();) {
    require(++count <= max_certificates, "too many certificates");
    Certificate certificate = Certificate::parse(reader.expect(asn1::tag::sequence).encoded);
    if (equal(certificate.issuer_name(), info.issuer) && equal(certificate.serial(), info.serial))
      return certificate;
  }
  throw Error(Code::malformed, "CMS: the signer's certificate is not inside");
}

bool names_digest(ByteView digest_algorithms, Hash hash) {
  bool found = false;
  for (tlv::Reader reader(digest_algorithms); !reader.at_end();) {
    found = read_digest_algorithm(reader.expect(asn1::tag::sequence)) == hash || found;
  }
  return found;
}

}  // namespace

Bytes sign_cms(const std::string& content_type, ByteView content, const Certificate& signer,
               Instant signing_time, const SignOperation& sign) {
  const Bytes type = asn1::oid(content_type);
  const Bytes digest_algorithm = sha256_identifier();
  const Bytes message_digest = tlv::encode(asn1::tag::octet_string, digest(Hash::sha256, content));
  // Signed as SET OF, stored as [0] IMPLICIT (RFC 5652 5.4).
  const Bytes attributes =
      asn1::set_of({attribute(id_content_type, type), attribute(id_message_digest, message_digest),
                    attribute(id_signing_time, asn1::time(signing_time))});
  Bytes stored_attributes = attributes;
  stored_attributes[0] = static_cast<std::uint8_t>(tag_zero.value);
  const Bytes signature = sign(attributes);

  const Bytes serial = tlv::encode(asn1::tag::integer, signer.serial());
  const Bytes signer_info = sequence(
      {asn1::integer(std::uint8_t{1}), sequence({signer.issuer_name(), serial}), digest_algorithm,
       stored_attributes, ecdsa_sha256_identifier(), tlv::encode(asn1::tag::octet_string, signature)});
  const Bytes encapsulated =
      sequence({type, tlv::encode(tag_zero, tlv::encode(asn1::tag::octet_string, content))});
  const Bytes signed_data =
      sequence({asn1::integer(std::uint8_t{3}), tlv::encode(asn1::tag::set, digest_algorithm), encapsulated,
                tlv::encode(tag_zero, signer.der()), tlv::encode(asn1::tag::set, signer_info)});
  return sequence({asn1::oid(id_signed_data), tlv::encode(tag_zero, signed_data)});
}

SignedData SignedData::parse(ByteView der) {
  require(der.size() <= max_cms_bytes, "larger than 1 MiB");
  tlv::Reader outer(der);
  tlv::Reader content_info(outer.expect(asn1::tag::sequence).value);
  outer.expect_end();
  require(asn1::read_oid(content_info.expect(asn1::tag::oid)) == id_signed_data, "not SignedData");
  const tlv::Element signed_data = tlv::single(content_info.expect(tag_zero).value);
  content_info.expect_end();
  require(signed_data.tag == asn1::tag::sequence, "not SignedData");

  tlv::Reader fields(signed_data.value);
  expect_version(fields, 3);
  const ByteView digest_algorithms = fields.expect(asn1::tag::set).value;
  tlv::Reader encapsulated(fields.expect(asn1::tag::sequence).value);
  const std::string content_type = asn1::read_oid(encapsulated.expect(asn1::tag::oid));
  const tlv::Element content = tlv::single(encapsulated.expect(tag_zero).value);
  encapsulated.expect_end();
  require(content.tag == asn1::tag::octet_string, "the content is no octet string");
  const ByteView certificates = fields.expect(tag_zero).value;
  const SignerInfo info = read_signer_info(fields.expect(asn1::tag::set).value);
  fields.expect_end();

  require(names_digest(digest_algorithms, info.digest_algorithm),
          "the signer's digest algorithm is not announced");
  const Attributes attributes = read_attributes(info.attributes.value);
  require(attributes.content_type == content_type, "the signed contentType is missing or another");
  require(attributes.message_digest.has_value(), "messageDigest is missing");
  return SignedData{
      .content_type = content_type,
      .content = copy(content.value),
      .signer = signer_among(certificates, info),
      .signed_attributes = tlv::encode(asn1::tag::set, info.attributes.value),
      .signature = copy(info.signature),
      .message_digest = *attributes.message_digest,
      .signing_time = attributes.signing_time,
      .digest_algorithm = info.digest_algorithm,
  };
}

bool SignedData::verify() const {
  return message_digest == digest(digest_algorithm, content) &&
         signer.public_key().verify(digest_algorithm, signed_attributes, signature);
}

}  // namespace perso::crypto
