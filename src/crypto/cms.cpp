#include "crypto/cms.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"

namespace perso::crypto {

namespace {

using namespace detail;
using asn1::sequence;

constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";
constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";
constexpr std::string_view kSigningTime = "1.2.840.113549.1.9.5";

/// [0] stands for the content, the certificates and the signed attributes, each in its place.
constexpr tlv::Tag kZero{0xA0};

constexpr std::size_t kLargest = 1 << 20;
constexpr std::size_t kMostCertificates = 8;
constexpr std::size_t kMostAttributes = 16;

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
  return sequence({asn1::oid(type), tlv::encode(asn1::kSet, value)});
}

void expect_version(tlv::Reader& reader, std::uint8_t version) {
  const ByteView number = asn1::read_integer(reader.expect(asn1::kInteger));
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
  require(only.tag == asn1::kSequence, "not a SignerInfo");
  tlv::Reader reader(only.value);
  expect_version(reader, 1);
  tlv::Reader identifier(reader.expect(asn1::kSequence).value);
  SignerInfo out{};
  out.issuer = identifier.expect(asn1::kSequence).encoded;
  out.serial = identifier.expect(asn1::kInteger).value;
  identifier.expect_end();
  out.digest_algorithm = read_digest_algorithm(reader.expect(asn1::kSequence));
  out.attributes = reader.expect(kZero);
  require(read_signature_algorithm(reader.expect(asn1::kSequence)) == out.digest_algorithm,
          "signature and digest are over different hashes");
  out.signature = reader.expect(asn1::kOctetString).value;
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
    require(++count <= kMostAttributes, "too many signed attributes");
    tlv::Reader attribute(reader.expect(asn1::kSequence).value);
    const std::string type = asn1::read_oid(attribute.expect(asn1::kOid));
    const ByteView values = attribute.expect(asn1::kSet).value;
    attribute.expect_end();
    if (type == kContentType) {
      require(!out.content_type, "contentType stands twice");
      out.content_type = asn1::read_oid(tlv::single(values));
    } else if (type == kMessageDigest) {
      require(!out.message_digest, "messageDigest stands twice");
      const tlv::Element value = tlv::single(values);
      require(value.tag == asn1::kOctetString, "messageDigest is no octet string");
      out.message_digest = copy(value.value);
    } else if (type == kSigningTime) {
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
    require(++count <= kMostCertificates, "too many certificates");
    Certificate certificate = Certificate::parse(reader.expect(asn1::kSequence).encoded);
    if (equal(certificate.issuer_name(), info.issuer) && equal(certificate.serial(), info.serial))
      return certificate;
  }
  throw Error(Code::malformed, "CMS: the signer's certificate is not inside");
}

bool names_digest(ByteView digest_algorithms, Hash hash) {
  bool found = false;
  for (tlv::Reader reader(digest_algorithms); !reader.at_end();) {
    found = read_digest_algorithm(reader.expect(asn1::kSequence)) == hash || found;
  }
  return found;
}

}  // namespace

Bytes sign_cms(const std::string& content_type, ByteView content, const Certificate& signer,
               Instant signing_time, const SignOperation& sign) {
  const Bytes type = asn1::oid(content_type);
  const Bytes digest_algorithm = sha256_identifier();
  const Bytes message_digest = tlv::encode(asn1::kOctetString, digest(Hash::sha256, content));
  // Signed as SET OF, stored as [0] IMPLICIT (RFC 5652 5.4).
  const Bytes attributes =
      asn1::set_of({attribute(kContentType, type), attribute(kMessageDigest, message_digest),
                    attribute(kSigningTime, asn1::time(signing_time))});
  Bytes stored_attributes = attributes;
  stored_attributes[0] = static_cast<std::uint8_t>(kZero.value);
  const Bytes signature = sign(attributes);

  const Bytes serial = tlv::encode(asn1::kInteger, signer.serial());
  const Bytes signer_info =
      sequence({asn1::integer(std::uint8_t{1}), sequence({signer.issuer_name(), serial}), digest_algorithm,
                stored_attributes, ecdsa_sha256_identifier(), tlv::encode(asn1::kOctetString, signature)});
  const Bytes encapsulated = sequence({type, tlv::encode(kZero, tlv::encode(asn1::kOctetString, content))});
  const Bytes signed_data =
      sequence({asn1::integer(std::uint8_t{3}), tlv::encode(asn1::kSet, digest_algorithm), encapsulated,
                tlv::encode(kZero, signer.der()), tlv::encode(asn1::kSet, signer_info)});
  return sequence({asn1::oid(kSignedData), tlv::encode(kZero, signed_data)});
}

SignedData SignedData::parse(ByteView der) {
  require(der.size() <= kLargest, "larger than 1 MiB");
  tlv::Reader outer(der);
  tlv::Reader content_info(outer.expect(asn1::kSequence).value);
  outer.expect_end();
  require(asn1::read_oid(content_info.expect(asn1::kOid)) == kSignedData, "not SignedData");
  const tlv::Element signed_data = tlv::single(content_info.expect(kZero).value);
  content_info.expect_end();
  require(signed_data.tag == asn1::kSequence, "not SignedData");

  tlv::Reader fields(signed_data.value);
  expect_version(fields, 3);
  const ByteView digest_algorithms = fields.expect(asn1::kSet).value;
  tlv::Reader encapsulated(fields.expect(asn1::kSequence).value);
  const std::string content_type = asn1::read_oid(encapsulated.expect(asn1::kOid));
  const tlv::Element content = tlv::single(encapsulated.expect(kZero).value);
  encapsulated.expect_end();
  require(content.tag == asn1::kOctetString, "the content is no octet string");
  const ByteView certificates = fields.expect(kZero).value;
  const SignerInfo info = read_signer_info(fields.expect(asn1::kSet).value);
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
      .signed_attributes = tlv::encode(asn1::kSet, info.attributes.value),
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
