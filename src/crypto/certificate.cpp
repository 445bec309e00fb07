// Reading certificates from any source (RFC 5280 4.1): nothing that is not understood but critical.
#include "crypto/certificate.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

using namespace detail;

constexpr std::size_t max_certificate_bytes = 16384;
constexpr std::size_t max_extended_uses = 16, max_document_types = 32;
constexpr tlv::Tag version_tag = constructed(0), extensions_tag = constructed(3),
                   period_begin_tag = primitive(0), period_end_tag = primitive(1),
                   issuer_unique_tag = primitive(1), subject_unique_tag = primitive(2);
constexpr std::string_view any_extended_key_usage = "2.5.29.37.0";

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("certificate: ") + what);
}

std::string short_name(const std::string& type) {
  if (type == id_at_common_name) return "CN";
  if (type == id_at_organization) return "O";
  if (type == id_at_country) return "C";
  if (type == id_at_locality) return "L";
  return type;
}

/// BasicConstraints: whether it is a CA. The path length is not used (see check_path).
bool read_basic_constraints(ByteView value, Deviations& deviations) {
  tlv::Reader constraints(only(value, asn1::tag::sequence));
  const auto flag = constraints.take(asn1::tag::boolean);
  const bool ca = flag && asn1::read_boolean(*flag, deviations);
  if (const auto path_length = constraints.take(asn1::tag::integer)) {
    if (!ca) deviations.found("a path length without a CA");
    asn1::read_integer(*path_length);
  }
  constraints.expect_end();
  return ca;
}

/// The first octet of KeyUsage, as its bits stand.
unsigned read_key_usage(ByteView value, Deviations& deviations) {
  const ByteView bits = only(value, asn1::tag::bit_string);
  require(bits.size() >= 2 && bits.size() <= 3 && bits[0] < 8, "KeyUsage is not one of its bit strings");
  const unsigned lowest = bits.back() & (0u - bits.back());
  if (lowest != 1u << bits[0]) deviations.found("KeyUsage has trailing zero bits");
  return bits[1];
}

std::vector<std::string> read_extended_key_usage(ByteView value) {
  std::vector<std::string> out;
  for (tlv::Reader uses(only(value, asn1::tag::sequence)); !uses.at_end();) {
    require(out.size() < max_extended_uses, "too many extended key usages");
    out.push_back(asn1::read_oid(uses.expect(asn1::tag::oid)));
  }
  require(!out.empty(), "an extended key usage for nothing");
  return out;
}

/// PrivateKeyUsagePeriod (RFC 3280 4.2.1.4): its end. Both times are optional, but not together.
std::optional<Instant> read_usage_period(ByteView value, Deviations& deviations) {
  tlv::Reader period(only(value, asn1::tag::sequence));
  const auto begins = period.take(period_begin_tag);
  const auto ends = period.take(period_end_tag);
  period.expect_end();
  if (!begins && !ends) deviations.found("a private key usage period without a time");
  if (begins) asn1::read_generalized_time(begins->value, deviations);
  return ends ? std::optional(asn1::read_generalized_time(ends->value, deviations)) : std::nullopt;
}

/// documentTypeList (9303-12 7.1.1.6): a version, and types as the MRZ writes them.
std::vector<std::string> read_document_types(ByteView value) {
  const auto in_mrz = [](std::uint8_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<';
  };
  tlv::Reader list(only(value, asn1::tag::sequence));
  require(asn1::read_integer(list.expect(asn1::tag::integer)).empty(),
          "a document type list of another version");
  std::vector<std::string> out;
  for (tlv::Reader types(list.expect(asn1::tag::set).value); !types.at_end();) {
    require(out.size() < max_document_types, "too many document types");
    const ByteView type = types.expect(asn1::tag::printable_string).value;
    require(!type.empty() && type.size() <= 2 && std::ranges::all_of(type, in_mrz),
            "a document type is one or two characters of the MRZ");
    out.emplace_back(as_text(type));
  }
  list.expect_end();
  require(!out.empty(), "a document type list without a type");
  return out;
}

/// Addresses and names that change nothing in what the certificate is good for: understood, even where they
/// are wrongly critical.
bool informs_alone(const Extension& extension) {
  return extension.id == id_ce_subject_alt_name || extension.id == id_ce_issuer_alt_name ||
         extension.id == id_ce_crl_distribution_points;
}

void read_version(tlv::Reader& fields, Deviations& deviations) {
  const auto field = fields.take(version_tag);
  const ByteView version = field ? asn1::read_integer(tlv::single(field->value)) : ByteView();
  require(version.size() <= 1 && (version.empty() || version[0] <= 2), "of a version that does not exist");
  if (version.empty() || version[0] != 2) deviations.found("a certificate is not version 3");
}

struct Validity {
  Instant not_before, not_after;
};
Validity read_validity(const tlv::Element& element, Deviations& deviations) {
  tlv::Reader times(element.value);
  Validity out{};
  out.not_before = asn1::read_time(times.next(), deviations);
  out.not_after = asn1::read_time(times.next(), deviations);
  times.expect_end();
  require(out.not_before <= out.not_after, "the validity ends before it begins");
  return out;
}

}  // namespace

Certificate Certificate::parse(ByteView der) {
  NoDeviations none;
  return parse(der, none);
}

Certificate Certificate::parse(ByteView der, Deviations& deviations) {
  const SignedStructure whole = read_signed(der, max_certificate_bytes, deviations);
  tlv::Reader fields(whole.tbs.value);
  read_version(fields, deviations);
  Bytes serial = read_serial(fields.next(), deviations);
  const tlv::Element inner_algorithm = fields.expect(asn1::tag::sequence);
  require(std::ranges::equal(inner_algorithm.encoded, whole.algorithm.encoded),
          "it names two signature algorithms");
  Bytes issuer = read_name(fields);
  const Validity validity = read_validity(fields.expect(asn1::tag::sequence), deviations);
  Bytes subject = read_name(fields);
  Certificate out(PublicKey::from_spki(fields.expect(asn1::tag::sequence).encoded, deviations));
  for (const tlv::Tag unique : {issuer_unique_tag, subject_unique_tag})
    if (fields.take(unique)) deviations.found("a certificate has unique identifiers");

  out.der_ = copy(der);
  out.tbs_ = whole.signed_bytes;
  out.signature_ = copy(whole.signature);
  out.signature_algorithm_ = read_signature_algorithm(whole.algorithm, deviations);
  out.issuer_ = std::move(issuer);
  out.subject_ = std::move(subject);
  out.serial_ = std::move(serial);
  out.not_before_ = validity.not_before;
  out.not_after_ = validity.not_after;
  if (const auto extensions = fields.take(extensions_tag))
    out.take_extensions(tlv::single(extensions->value), deviations);
  fields.expect_end();
  if (!out.key_usage_) deviations.found("a certificate has no key usage");
  if (out.authority_key_id_.empty() && !out.self_issued())
    deviations.found("a certificate does not say which key signed it");
  return out;
}

void Certificate::take_extensions(const tlv::Element& extensions, Deviations& deviations) {
  for (const Extension& extension : read_extensions(extensions, deviations)) {
    const ByteView value = extension.value;
    if (extension.id == id_ce_basic_constraints) {
      is_ca_ = read_basic_constraints(value, deviations);
    } else if (extension.id == id_ce_key_usage) {
      key_usage_ = read_key_usage(value, deviations);
    } else if (extension.id == id_ce_extended_key_usage) {
      extended_key_usage_ = read_extended_key_usage(value);
    } else if (extension.id == id_ce_subject_key_id) {
      subject_key_id_ = copy(only(value, asn1::tag::octet_string));
    } else if (extension.id == id_ce_authority_key_id) {
      authority_key_id_ = read_authority_key_id(value);
    } else if (extension.id == id_ce_private_key_usage_period) {
      private_key_not_after_ = read_usage_period(value, deviations);
    } else if (extension.id == id_icao_document_type_list) {
      take_document_types(extension, deviations);
    } else if (extension.id == id_icao_name_change) {
      changes_name_ = true;
    } else if (informs_alone(extension)) {
      if (extension.critical) deviations.found("an address or a second name is critical");
    } else {
      not_understood(extension);
    }
  }
}

/// Many are not as the standard has them, and most certificates have none: one that nobody can read says
/// nothing, unless it is critical.
void Certificate::take_document_types(const detail::Extension& list, Deviations& deviations) {
  try {
    document_types_ = read_document_types(list.value);
  } catch (const Error&) {
    if (list.critical) throw;
    deviations.found("a document type list is not as 9303-12 has it");
  }
}

bool Certificate::may_sign_documents() const {
  const auto& uses = extended_key_usage_;
  return may(digital_signature_bit) &&
         (uses.empty() || std::ranges::find(uses, any_extended_key_usage) != uses.end());
}

bool Certificate::may_sign_master_lists() const {
  const auto& uses = extended_key_usage_;
  return may(digital_signature_bit) && std::ranges::find(uses, id_icao_master_list_signer) != uses.end();
}

std::string Certificate::subject_text() const {
  std::string out;
  const std::vector<NamePart> parts = name_parts(tlv::single(subject_).value);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    out += (out.empty() ? "" : ", ") + short_name(part->type) + "=" + part->text;
  }
  return out;
}

std::string Certificate::subject_country() const {
  for (const NamePart& part : name_parts(tlv::single(subject_).value))
    if (part.type == id_at_country) return part.text;
  return "";
}

bool Certificate::names_issuer(const Certificate& issuer) const {
  return names(issuer_, authority_key_id_, issuer);
}

bool Certificate::signed_by(const Certificate& issuer) const {
  return names_issuer(issuer) && issuer.key_.verify(signature_algorithm_, tbs_, signature_);
}

}  // namespace perso::crypto
