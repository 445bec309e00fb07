#include "crypto/signed_data.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"

namespace perso::crypto::detail {

namespace {

using asn1::sequence;

constexpr std::size_t max_bytes = 1 << 20;
constexpr std::size_t max_certificates = 8;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("SignedData: ") + what);
}

}  // namespace

Bytes content_info(std::string_view type, ByteView content) {
  return sequence({asn1::oid(type), tlv::encode(tag_zero, content)});
}

ByteView read_content_info(ByteView der, std::string_view type) {
  require(der.size() <= max_bytes, "larger than 1 MiB");
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

SignerIdentifier read_signer_identifier(tlv::Reader& reader) {
  tlv::Reader identifier(reader.expect(asn1::tag::sequence).value);
  SignerIdentifier out;
  out.issuer = identifier.expect(asn1::tag::sequence).encoded;
  out.serial = identifier.expect(asn1::tag::integer).value;
  identifier.expect_end();
  return out;
}

Certificate certificate_among(ByteView certificates, const SignerIdentifier& signer) {
  std::size_t count = 0;
  for (tlv::Reader reader(certificates); !reader.at_end();) {
    require(++count <= max_certificates, "too many certificates");
    Certificate certificate = Certificate::parse(reader.expect(asn1::tag::sequence).encoded);
    if (std::ranges::equal(certificate.issuer_name(), signer.issuer) &&
        std::ranges::equal(certificate.serial(), signer.serial))
      return certificate;
  }
  throw Error(Code::malformed, "SignedData: the signer's certificate is not inside");
}

tlv::Reader only_signer_info(ByteView signer_infos) {
  const tlv::Element only = tlv::single(signer_infos);
  require(only.tag == asn1::tag::sequence, "not a SignerInfo");
  return tlv::Reader(only.value);
}

bool names_digest(ByteView digest_algorithms, Hash hash) {
  bool found = false;
  for (tlv::Reader reader(digest_algorithms); !reader.at_end();) {
    found = read_digest_algorithm(reader.expect(asn1::tag::sequence)) == hash || found;
  }
  return found;
}

}  // namespace perso::crypto::detail
