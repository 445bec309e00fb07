#include "crypto/gmt0010.hpp"

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/botan.hpp"
#include "crypto/signed_data.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

using namespace detail;
using asn1::sequence;

constexpr std::string_view id_data = "1.2.156.10197.6.1.4.2.1";
constexpr std::string_view id_signed_data = "1.2.156.10197.6.1.4.2.2";
/// SM2-1, the signature algorithm by itself; the hash stands beside it.
constexpr std::string_view id_sm2_signature = "1.2.156.10197.1.301.1";
constexpr std::uint8_t version = 1;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("GM/T 0010: ") + what);
}

void read_signature_identifier(const tlv::Element& identifier) {
  tlv::Reader reader(identifier.value);
  require(asn1::read_oid(reader.expect(asn1::tag::oid)) == id_sm2_signature, "not an SM2 signature");
  if (const auto null = reader.take(asn1::tag::null)) require(null->value.empty(), "a NULL has contents");
  reader.expect_end();
}

}  // namespace

Bytes sign_gmt0010(ByteView content, const Certificate& signer, const SignOperation& sign) {
  if (signer.public_key().signature_algorithm().scheme != Scheme::sm2)
    refuse("GM/T 0010: the signer's key is not one of SM2");
  const Bytes signature = checked_signature(content, signer.public_key(), sign);
  const Bytes digest_algorithm = digest_identifier(Hash::sm3);
  const Bytes signer_info =
      sequence({asn1::integer(version), signer_identifier(signer), digest_algorithm,
                sequence({asn1::oid(id_sm2_signature)}), tlv::encode(asn1::tag::octet_string, signature)});
  const Bytes signed_data = sequence({asn1::integer(version), tlv::encode(asn1::tag::set, digest_algorithm),
                                      sequence({asn1::oid(id_data)}), tlv::encode(tag_zero, signer.der()),
                                      tlv::encode(asn1::tag::set, signer_info)});
  return content_info(id_signed_data, signed_data);
}

GmtSignedData GmtSignedData::parse(ByteView der) {
  NoDeviations none;
  require(der.size() <= max_signed_data_bytes, "larger than 1 MiB");
  tlv::Reader fields(read_content_info(der, id_signed_data));
  require(read_version(fields) == version, "another version");
  const ByteView digest_algorithms = fields.expect(asn1::tag::set).value;
  const tlv::Element content = tlv::single(fields.expect(asn1::tag::sequence).value);
  require(asn1::read_oid(content) == id_data, "what is signed is no data outside");
  const ByteView certificates = fields.expect(tag_zero).value;
  tlv::Reader info = only_signer_info(fields.expect(asn1::tag::set).value);
  fields.expect_end();

  require(read_version(info) == version, "another version");
  const SignerIdentifier signer = read_signer_identifier(info, none);
  require(read_digest_algorithm(info.expect(asn1::tag::sequence)) == Hash::sm3 &&
              names_digest(digest_algorithms, Hash::sm3),
          "the digest is not SM3, or not announced");
  read_signature_identifier(info.expect(asn1::tag::sequence));
  const ByteView signature = info.expect(asn1::tag::octet_string).value;
  info.expect_end();
  return GmtSignedData{.signer = certificate_among(certificates, signer, none),
                       .signature = Bytes(signature.begin(), signature.end())};
}

bool GmtSignedData::verify(ByteView content) const {
  return signer.public_key().verify(signer.public_key().signature_algorithm(), content, signature);
}

}  // namespace perso::crypto
