#include "crypto/signed_data.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto::detail {

namespace {

using asn1::sequence;

constexpr std::size_t max_certificates = 64;
constexpr tlv::Tag key_id_tag = primitive(0);

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("SignedData: ") + what);
}

}  // namespace

Bytes content_info(std::string_view type, ByteView content) {
  return sequence({asn1::oid(type), tlv::encode(tag_zero, content)});
}

ByteView read_content_info(ByteView der, std::string_view type) {
  tlv::Reader outer(der);
  tlv::Reader info(outer.expect(asn1::tag::sequence).value);
  outer.expect_end();
  require(asn1::read_oid(info.expect(asn1::tag::oid)) == type, "another type");
  const tlv::Element content = tlv::single(info.expect(tag_zero).value);
  info.expect_end();
  require(content.tag == asn1::tag::sequence, "the content is no sequence");
  return content.value;
}

std::uint8_t read_version(tlv::Reader& reader) {
  const ByteView number = asn1::read_integer(reader.expect(asn1::tag::integer));
  require(number.size() <= 1, "a structure is of another version");
  return number.empty() ? std::uint8_t{0} : number[0];
}

Bytes signer_identifier(const Certificate& signer) {
  return sequence({signer.issuer_name(), tlv::encode(asn1::tag::integer, signer.serial())});
}

bool SignerIdentifier::names(const Certificate& certificate) const {
  if (!key_id.empty()) return std::ranges::equal(certificate.subject_key_id(), key_id);
  return std::ranges::equal(certificate.issuer_name(), issuer) && certificate.serial() == serial;
}

SignerIdentifier read_signer_identifier(tlv::Reader& reader, Deviations& deviations) {
  SignerIdentifier out;
  if (const auto key = reader.take(key_id_tag)) {
    require(!key->value.empty(), "a key identifier is empty");
    deviations.found("the signer is named by its key identifier");
    out.key_id = key->value;
    return out;
  }
  tlv::Reader identifier(reader.expect(asn1::tag::sequence).value);
  out.issuer = identifier.expect(asn1::tag::sequence).encoded;
  out.serial = read_serial(identifier.next(), deviations);
  identifier.expect_end();
  return out;
}

Certificate certificate_among(ByteView certificates, const SignerIdentifier& signer, Deviations& deviations) {
  std::size_t count = 0;
  for (tlv::Reader reader(certificates); !reader.at_end();) {
    require(++count <= max_certificates, "too many certificates");
    const tlv::Element element = reader.next();
    try {
      Certificate certificate = Certificate::parse(element.encoded, deviations);
      if (signer.names(certificate)) return certificate;
    } catch (const Error& error) {
      deviations.found("a certificate inside cannot be read, " + error.message());
    }
  }
  throw Error(Code::malformed, "SignedData: the signer's certificate is not inside");
}

tlv::Reader only_signer_info(ByteView signer_infos) {
  const tlv::Element only = tlv::single(signer_infos);
  require(only.tag == asn1::tag::sequence, "not a SignerInfo");
  return tlv::Reader(only.value);
}

bool names_digest(ByteView digest_algorithms, Hash hash) {
  for (tlv::Reader reader(digest_algorithms); !reader.at_end();) {
    tlv::Reader identifier(reader.expect(asn1::tag::sequence).value);
    if (asn1::read_oid(identifier.expect(asn1::tag::oid)) == oid_of(hash)) return true;
  }
  return false;
}

}  // namespace perso::crypto::detail
