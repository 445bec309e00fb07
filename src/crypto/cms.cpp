#include "crypto/cms.hpp"

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/signed_data.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

using namespace detail;
using asn1::sequence;

constexpr std::string_view id_data = "1.2.840.113549.1.7.1";
constexpr std::string_view id_signed_data = "1.2.840.113549.1.7.2";
constexpr std::string_view id_content_type = "1.2.840.113549.1.9.3";
constexpr std::string_view id_message_digest = "1.2.840.113549.1.9.4";
constexpr std::string_view id_signing_time = "1.2.840.113549.1.9.5";

constexpr std::size_t max_attributes = 16;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("CMS: ") + what);
}

Bytes attribute(std::string_view type, ByteView value) {
  return sequence({asn1::oid(type), tlv::encode(asn1::tag::set, value)});
}

/// RFC 5652 5.1: of a SignedData without attribute certificates, and with a signer by issuer and serial
/// number.
std::uint8_t version_for(std::string_view content_type) {
  return content_type == id_data ? 1 : 3;
}

struct SignerInfo {
  SignerIdentifier identifier;
  Hash digest_algorithm;
  tlv::Element attributes;
  ByteView signature;
};

SignerInfo read_signer_info(ByteView signer_infos) {
  tlv::Reader reader = only_signer_info(signer_infos);
  require(read_version(reader) == 1, "a SignerInfo of another version");
  SignerInfo out{};
  out.identifier = read_signer_identifier(reader);
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

/// EncapsulatedContentInfo: the contents of eContent, if it is there.
std::optional<Bytes> read_content(tlv::Reader& encapsulated) {
  const auto wrapped = encapsulated.take(tag_zero);
  encapsulated.expect_end();
  if (!wrapped) return std::nullopt;
  const tlv::Element content = tlv::single(wrapped->value);
  require(content.tag == asn1::tag::octet_string, "the content is no octet string");
  return copy(content.value);
}

/// @param encapsulated EncapsulatedContentInfo of this type
Bytes sign_over(std::string_view content_type, ByteView encapsulated, ByteView content,
                const Certificate& signer, Instant signing_time, const SignOperation& sign) {
  const Hash hash = signer.public_key().signature_hash();
  const Bytes digest_algorithm = digest_identifier(hash);
  const Bytes message_digest = tlv::encode(asn1::tag::octet_string, digest(hash, content));
  // Signed as SET OF, stored as [0] IMPLICIT (RFC 5652 5.4).
  const Bytes attributes = asn1::set_of({attribute(id_content_type, asn1::oid(content_type)),
                                         attribute(id_message_digest, message_digest),
                                         attribute(id_signing_time, asn1::time(signing_time))});
  Bytes stored_attributes = attributes;
  stored_attributes[0] = static_cast<std::uint8_t>(tag_zero.value);
  const Bytes signature = checked_signature(attributes, signer.public_key(), sign);

  const Bytes signer_info = sequence({asn1::integer(std::uint8_t{1}), signer_identifier(signer),
                                      digest_algorithm, stored_attributes, signature_identifier(hash),
                                      tlv::encode(asn1::tag::octet_string, signature)});
  const Bytes signed_data =
      sequence({asn1::integer(version_for(content_type)), tlv::encode(asn1::tag::set, digest_algorithm),
                encapsulated, tlv::encode(tag_zero, signer.der()), tlv::encode(asn1::tag::set, signer_info)});
  return content_info(id_signed_data, signed_data);
}

}  // namespace

Bytes sign_cms(const std::string& content_type, ByteView content, const Certificate& signer,
               Instant signing_time, const SignOperation& sign) {
  const Bytes encapsulated = content_info(content_type, tlv::encode(asn1::tag::octet_string, content));
  return sign_over(content_type, encapsulated, content, signer, signing_time, sign);
}

Bytes sign_cms_detached(ByteView content, const Certificate& signer, Instant signing_time,
                        const SignOperation& sign) {
  return sign_over(id_data, sequence({asn1::oid(id_data)}), content, signer, signing_time, sign);
}

SignedData SignedData::parse(ByteView der) {
  tlv::Reader fields(read_content_info(der, id_signed_data));
  const std::uint8_t version = read_version(fields);
  const ByteView digest_algorithms = fields.expect(asn1::tag::set).value;
  tlv::Reader encapsulated(fields.expect(asn1::tag::sequence).value);
  const std::string content_type = asn1::read_oid(encapsulated.expect(asn1::tag::oid));
  std::optional<Bytes> content = read_content(encapsulated);
  require(version == version_for(content_type), "another version");
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
      .content = std::move(content),
      .signer = certificate_among(certificates, info.identifier),
      .signed_attributes = tlv::encode(asn1::tag::set, info.attributes.value),
      .signature = copy(info.signature),
      .message_digest = *attributes.message_digest,
      .signing_time = attributes.signing_time,
      .digest_algorithm = info.digest_algorithm,
  };
}

bool SignedData::verify(ByteView signed_content) const {
  return message_digest == digest(digest_algorithm, signed_content) &&
         signer.public_key().verify(digest_algorithm, signed_attributes, signature);
}

}  // namespace perso::crypto
