#include "crypto/cms.hpp"

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/ber.hpp"
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
constexpr tlv::Tag tag_one = constructed(1);  // lists beside certificates, and attributes behind a signature

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("CMS: ") + what);
}

Bytes attribute(std::string_view type, ByteView value) {
  return sequence({asn1::oid(type), tlv::encode(asn1::tag::set, value)});
}

/// RFC 5652 5.1, 5.3: of a SignedData without attribute certificates, and of its SignerInfo.
std::uint8_t version_for(std::string_view content_type, const SignerIdentifier& signer) {
  return content_type == id_data && signer.key_id.empty() ? 1 : 3;
}
std::uint8_t version_for(const SignerIdentifier& signer) {
  return signer.key_id.empty() ? 1 : 3;
}

struct SignerInfo {
  SignerIdentifier identifier;
  Hash digest_algorithm;
  std::optional<ByteView> attributes;
  SignatureAlgorithm signature_algorithm;
  ByteView signature;
};

SignerInfo read_signer_info(ByteView signer_infos, Deviations& deviations) {
  tlv::Reader reader = only_signer_info(signer_infos);
  SignerInfo out{};
  const std::uint8_t version = read_version(reader);
  out.identifier = read_signer_identifier(reader, deviations);
  if (version != version_for(out.identifier)) deviations.found("a SignerInfo is of another version");
  out.digest_algorithm = read_digest_algorithm(reader.expect(asn1::tag::sequence));
  if (const auto attributes = reader.take(tag_zero)) out.attributes = attributes->value;
  out.signature_algorithm =
      read_signature_algorithm(reader.expect(asn1::tag::sequence), out.digest_algorithm, deviations);
  if (out.signature_algorithm.hash != out.digest_algorithm)
    deviations.found("signature and digest are over different hashes");
  out.signature = reader.expect(asn1::tag::octet_string).value;
  if (reader.take(tag_one)) deviations.found("there are unsigned attributes");
  reader.expect_end();
  return out;
}

struct Attributes {
  std::optional<std::string> content_type;
  std::optional<Bytes> message_digest;
  std::optional<Instant> signing_time;
};

Attributes read_attributes(ByteView contents, Deviations& deviations) {
  if (!asn1::sorted(contents)) deviations.found("the signed attributes are not in DER order");
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
      out.signing_time = asn1::read_time(tlv::single(values), deviations);
    }
  }
  return out;
}

/// What is signed says what it is and how it digests, once each.
Attributes checked_attributes(const SignerInfo& info, const std::string& content_type,
                              Deviations& deviations) {
  if (!info.attributes) {
    deviations.found("there are no signed attributes");
    return {};
  }
  Attributes out = read_attributes(*info.attributes, deviations);
  require(out.content_type == content_type, "the signed contentType is missing or another");
  require(out.message_digest.has_value(), "messageDigest is missing");
  if (!out.signing_time) deviations.found("the signing time is missing");
  return out;
}

/// The signed attributes as DER has them: some signers sort before they sign, and store them as they came.
Bytes in_order(ByteView attributes) {
  std::vector<Bytes> elements;
  for (tlv::Reader reader(tlv::single(attributes).value); !reader.at_end();)
    elements.push_back(copy(reader.next().encoded));
  return asn1::set_of(std::move(elements));
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
  const SignatureAlgorithm algorithm = signer.public_key().signature_algorithm();
  const Hash hash = algorithm.hash;
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
                                      digest_algorithm, stored_attributes, signature_identifier(algorithm),
                                      tlv::encode(asn1::tag::octet_string, signature)});
  const Bytes signed_data =
      sequence({asn1::integer(version_for(content_type, SignerIdentifier())),
                tlv::encode(asn1::tag::set, digest_algorithm), encapsulated,
                tlv::encode(tag_zero, signer.der()), tlv::encode(asn1::tag::set, signer_info)});
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
  NoDeviations none;
  return parse(der, none);
}

SignedData SignedData::parse(ByteView der, Deviations& deviations) {
  return read_signed_data(der, max_signed_data_bytes, deviations);
}

SignedData detail::read_signed_data(ByteView received, std::size_t limit, Deviations& deviations) {
  require(received.size() <= limit, "larger than any that is read");
  const Bytes der = asn1::to_der(received, deviations);
  tlv::Reader fields(read_content_info(der, id_signed_data));
  const std::uint8_t version = read_version(fields);
  const ByteView digest_algorithms = fields.expect(asn1::tag::set).value;
  tlv::Reader encapsulated(fields.expect(asn1::tag::sequence).value);
  const std::string content_type = asn1::read_oid(encapsulated.expect(asn1::tag::oid));
  std::optional<Bytes> content = read_content(encapsulated);
  const ByteView certificates = fields.expect(tag_zero).value;
  if (fields.take(tag_one)) deviations.found("there are revocation lists inside");
  const SignerInfo info = read_signer_info(fields.expect(asn1::tag::set).value, deviations);
  fields.expect_end();

  if (version != version_for(content_type, info.identifier))
    deviations.found("a SignedData is of another version");
  if (!names_digest(digest_algorithms, info.digest_algorithm))
    deviations.found("the signer's digest algorithm is not announced");
  const Attributes attributes = checked_attributes(info, content_type, deviations);
  return SignedData{
      .content_type = content_type,
      .content = std::move(content),
      .signer = certificate_among(certificates, info.identifier, deviations),
      .signed_attributes = info.attributes ? tlv::encode(asn1::tag::set, *info.attributes) : Bytes(),
      .signature = copy(info.signature),
      .message_digest = attributes.message_digest.value_or(Bytes()),
      .signing_time = attributes.signing_time,
      .digest_algorithm = info.digest_algorithm,
      .signature_algorithm = info.signature_algorithm,
  };
}

bool SignedData::verify(ByteView signed_content) const {
  const auto signs = [&](ByteView message) {
    return signer.public_key().verify(signature_algorithm, message, signature);
  };
  if (signed_attributes.empty()) {
    // Or else the attributes of another signature could be shown as a content that was signed.
    const bool attributes = !signed_content.empty() && signed_content[0] == asn1::tag::set.value;
    return !attributes && signs(signed_content);
  }
  if (message_digest != digest(digest_algorithm, signed_content)) return false;
  if (signs(signed_attributes)) return true;
  const Bytes sorted = in_order(signed_attributes);
  return sorted != signed_attributes && signs(sorted);
}

}  // namespace perso::crypto
