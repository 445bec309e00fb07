// Issuing: the certificate profiles of ICAO 9303-12 (8th edition) 7.1.1, tables 5 (fields) and 6
// (extensions).
#include <algorithm>

#include "crypto/algorithms.hpp"
#include "crypto/botan.hpp"
#include "crypto/certificate.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

using namespace detail;
using asn1::sequence;

constexpr std::size_t max_text_bytes = 128;

void require(bool holds, const char* what) {
  if (!holds) refuse(std::string("certificate: ") + what);
}

bool upper_case(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool printable_ascii(const std::string& text) {
  return !text.empty() && text.size() <= max_text_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

void check(const Name& name) {
  require(name.country.size() == 2 && upper_case(name.country), "a country is two upper-case letters");
  for (const std::string* text : {&name.organization, &name.common_name}) {
    require(!text->empty() && text->size() <= max_text_bytes,
            "a name has an organization and a common name, 128 bytes at most");
  }
}

/// A CSCA, under its own key or under the one before.
bool is_authority(CertificateProfile profile) {
  return profile == CertificateProfile::csca || profile == CertificateProfile::link;
}

void check(const CertificateRequest& request) {
  check(request.subject);
  check(request.issuer);
  require(request.subject.country == request.issuer.country, "subject and issuer are of one country");
  const bool self = request.subject == request.issuer;
  if (request.profile == CertificateProfile::csca) require(self, "a CSCA names itself as issuer");
  if (!is_authority(request.profile)) require(!self, "a signer names its CSCA as issuer");
  require((request.profile == CertificateProfile::document_signer) == !request.document_types.empty(),
          "document types are a document signer's, one at least");
  const bool zero =
      std::all_of(request.serial.begin(), request.serial.end(), [](std::uint8_t b) { return b == 0; });
  require(!zero && request.serial.size() <= 20 && (request.serial.size() < 20 || request.serial[0] < 0x80),
          "a serial number is positive and takes at most 20 octets");
  require(request.not_before < request.private_key_not_after &&
              request.private_key_not_after <= request.not_after,
          "the private key is used within the validity");
  require(printable_ascii(request.crl_url) && printable_ascii(request.contact_uri),
          "an address is printable ASCII");
  require(!request.state.empty() && request.state.size() <= 3 && upper_case(request.state),
          "a State is one to three upper-case letters, as in the MRZ");
  for (const std::string& type : request.document_types) {
    require(!type.empty() && type.size() <= 2 && upper_case(type),
            "a document type is one or two upper-case letters");
  }
}

Bytes relative_name(std::string_view type, tlv::Tag string, const std::string& value) {
  return tlv::encode(asn1::tag::set, sequence({asn1::oid(type), tlv::encode(string, as_bytes(value))}));
}

Bytes encode(const Name& name) {
  return sequence({relative_name(id_at_country, asn1::tag::printable_string, name.country),
                   relative_name(id_at_organization, asn1::tag::utf8_string, name.organization),
                   relative_name(id_at_common_name, asn1::tag::utf8_string, name.common_name)});
}

/// SHA-1 over the public point (RFC 5280 4.2.1.2, method 1).
Bytes key_id(const EcPublicKey& key) {
  return digest(Hash::sha1, key.point());
}

/// GeneralNames (7.1.1.2): how to reach the issuer, and its State as the directory name's L.
Bytes alternative_names(const CertificateRequest& request) {
  const Bytes state = sequence({relative_name(id_at_locality, asn1::tag::printable_string, request.state)});
  return sequence(
      {tlv::encode(primitive(6), as_bytes(request.contact_uri)), tlv::encode(constructed(4), state)});
}

Bytes usage_period(const CertificateRequest& request) {
  const auto time = [](std::uint32_t tag, Instant instant) {
    return tlv::encode(primitive(tag), tlv::single(asn1::generalized_time(instant)).value);
  };
  return sequence({time(0, request.not_before), time(1, request.private_key_not_after)});
}

Bytes crl_distribution_points(const CertificateRequest& request) {
  const Bytes full_name = tlv::encode(constructed(0), tlv::encode(primitive(6), as_bytes(request.crl_url)));
  return sequence({sequence({tlv::encode(constructed(0), full_name)})});
}

Bytes document_type_list(const CertificateRequest& request) {
  std::vector<Bytes> types;
  for (const std::string& type : request.document_types) {
    types.push_back(tlv::encode(asn1::tag::printable_string, as_bytes(type)));
  }
  return sequence({asn1::integer(std::uint8_t{0}), asn1::set_of(std::move(types))});
}

Bytes extensions(const CertificateRequest& request, const EcPublicKey& subject_key,
                 const EcPublicKey& issuer_key) {
  const bool authority = is_authority(request.profile);
  const std::uint8_t cert_and_crl_sign[] = {0x03, 0x02, 0x01, 0x06};
  const std::uint8_t digital_signature[] = {0x03, 0x02, 0x07, 0x80};
  const std::uint8_t ca_path_length_zero[] = {0x30, 0x06, 0x01, 0x01, 0xFF, 0x02, 0x01, 0x00};
  const Bytes names = alternative_names(request);
  Bytes out;
  append(out, extension(id_ce_authority_key_id, Critical::no, authority_key_id(key_id(issuer_key))));
  append(out, extension(id_ce_subject_key_id, Critical::no,
                        tlv::encode(asn1::tag::octet_string, key_id(subject_key))));
  append(out, extension(id_ce_key_usage, Critical::yes,
                        authority ? ByteView(cert_and_crl_sign) : ByteView(digital_signature)));
  append(out, extension(id_ce_private_key_usage_period, Critical::no, usage_period(request)));
  append(out, extension(id_ce_subject_alt_name, Critical::no, names));
  append(out, extension(id_ce_issuer_alt_name, Critical::no, names));
  if (authority) append(out, extension(id_ce_basic_constraints, Critical::yes, ca_path_length_zero));
  append(out, extension(id_ce_crl_distribution_points, Critical::no, crl_distribution_points(request)));
  if (request.profile == CertificateProfile::link && request.subject != request.issuer)
    append(out, extension(id_icao_name_change, Critical::no, tlv::encode(asn1::tag::null, Bytes())));
  if (request.profile == CertificateProfile::document_signer)
    append(out, extension(id_icao_document_type_list, Critical::no, document_type_list(request)));
  if (request.profile == CertificateProfile::master_list_signer)
    append(out, extension(id_ce_extended_key_usage, Critical::yes,
                          sequence({asn1::oid(id_icao_master_list_signer)})));
  return sequence({out});
}

}  // namespace

Bytes issue_certificate(const CertificateRequest& request, const EcPublicKey& subject_key,
                        const EcPublicKey& issuer_key, const SignOperation& sign) {
  check(request);
  const PublicKey issuer(issuer_key);
  const Bytes algorithm = signature_identifier(issuer.signature_algorithm());
  const Bytes tbs = sequence({tlv::encode(constructed(0), asn1::integer(std::uint8_t{2})),
                              asn1::integer(request.serial), algorithm, encode(request.issuer),
                              sequence({asn1::time(request.not_before), asn1::time(request.not_after)}),
                              encode(request.subject), subject_key.spki(request.parameters),
                              tlv::encode(constructed(3), extensions(request, subject_key, issuer_key))});
  return sign_structure(tbs, algorithm, issuer, sign);
}

}  // namespace perso::crypto
