// Reading certificates: strict DER from any source (RFC 5280 4.1), and nothing that is not understood but
// critical.
#include "crypto/certificate.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

using namespace detail;

constexpr std::size_t max_certificate_bytes = 16384;
constexpr tlv::Tag version_tag = constructed(0), extensions_tag = constructed(3),
                   period_begin_tag = primitive(0), period_end_tag = primitive(1);

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

/// BasicConstraints: whether it is a CA. The path length is for path checks, and none is longer than two
/// here.
bool read_basic_constraints(ByteView value) {
  tlv::Reader constraints(only(value, asn1::tag::sequence));
  const auto ca = constraints.take(asn1::tag::boolean);
  if (const auto path_length = constraints.take(asn1::tag::integer)) {
    require(ca.has_value(), "a path length belongs to a CA");
    asn1::read_integer(*path_length);
  }
  constraints.expect_end();
  return ca && asn1::read_true(*ca);
}

/// The first octet of KeyUsage, as its bits stand.
unsigned read_key_usage(ByteView value) {
  const ByteView bits = only(value, asn1::tag::bit_string);
  require(bits.size() >= 2 && bits.size() <= 3 && bits[0] < 8, "KeyUsage is not one of its bit strings");
  const unsigned lowest = bits.back() & (0u - bits.back());
  require(lowest == 1u << bits[0], "KeyUsage has trailing zero bits");
  return bits[1];
}

/// PrivateKeyUsagePeriod (RFC 3280 4.2.1.4): its end. Both times are optional, but not together.
std::optional<Instant> read_usage_period(ByteView value) {
  tlv::Reader period(only(value, asn1::tag::sequence));
  const auto begins = period.take(period_begin_tag);
  const auto ends = period.take(period_end_tag);
  period.expect_end();
  require(begins || ends, "a private key usage period without a time");
  if (begins) asn1::read_generalized_time(begins->value);
  return ends ? std::optional(asn1::read_generalized_time(ends->value)) : std::nullopt;
}

}  // namespace

Certificate Certificate::parse(ByteView der) {
  const SignedStructure whole = read_signed(der, max_certificate_bytes);
  tlv::Reader fields(whole.tbs.value);
  const ByteView version = asn1::read_integer(tlv::single(fields.expect(version_tag).value));
  require(version.size() == 1 && version[0] == 2, "not version 3");
  const tlv::Element serial = fields.expect(asn1::tag::integer);
  require(!asn1::read_integer(serial).empty() && serial.value.size() <= 20,
          "the serial number is zero or too long");
  const tlv::Element inner_algorithm = fields.expect(asn1::tag::sequence);
  require(std::ranges::equal(inner_algorithm.encoded, whole.algorithm.encoded),
          "it names two signature algorithms");
  Bytes issuer = read_name(fields);
  tlv::Reader validity(fields.expect(asn1::tag::sequence).value);
  const Instant not_before = asn1::read_time(validity.next());
  const Instant not_after = asn1::read_time(validity.next());
  validity.expect_end();
  require(not_before <= not_after, "the validity ends before it begins");
  Bytes subject = read_name(fields);

  Certificate out(EcPublicKey::from_spki(fields.expect(asn1::tag::sequence).encoded));
  const tlv::Element extensions = tlv::single(fields.expect(extensions_tag).value);
  fields.expect_end();
  out.take_extensions(extensions);
  out.der_ = copy(der);
  out.tbs_ = copy(whole.tbs.encoded);
  out.signature_ = copy(whole.signature);
  out.signature_hash_ = read_signature_algorithm(whole.algorithm);
  out.issuer_ = std::move(issuer);
  out.subject_ = std::move(subject);
  out.serial_ = copy(serial.value);
  out.not_before_ = not_before;
  out.not_after_ = not_after;
  return out;
}

void Certificate::take_extensions(const tlv::Element& extensions) {
  for (const Extension& extension : read_extensions(extensions)) {
    const ByteView value = extension.value;
    if (extension.id == id_ce_basic_constraints) {
      is_ca_ = read_basic_constraints(value);
    } else if (extension.id == id_ce_key_usage) {
      key_usage_ = read_key_usage(value);
    } else if (extension.id == id_ce_subject_key_id) {
      subject_key_id_ = copy(only(value, asn1::tag::octet_string));
    } else if (extension.id == id_ce_authority_key_id) {
      authority_key_id_ = read_authority_key_id(value);
    } else if (extension.id == id_ce_private_key_usage_period) {
      private_key_not_after_ = read_usage_period(value);
    } else {
      not_understood(extension);
    }
  }
}

std::string Certificate::subject_text() const {
  std::string out;
  const std::vector<NamePart> parts = name_parts(tlv::single(subject_).value);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    out += (out.empty() ? "" : ", ") + short_name(part->type) + "=" + part->text;
  }
  return out;
}

bool Certificate::signed_by(const Certificate& issuer) const {
  return issuer_ == issuer.subject_ && issuer.key_.verify(signature_hash_, tbs_, signature_);
}

}  // namespace perso::crypto
