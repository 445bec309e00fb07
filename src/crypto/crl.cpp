#include "crypto/crl.hpp"

#include <algorithm>
#include <set>

#include "bytes/error.hpp"
#include "crypto/algorithms.hpp"
#include "crypto/botan.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

using namespace detail;
using asn1::sequence;

constexpr std::size_t max_crl_bytes = 1 << 20;
constexpr std::size_t max_number_bytes = 19;  // with the sign 20, RFC 5280 5.2.3
constexpr std::size_t max_serial_bytes = 20;
constexpr std::size_t max_entries = 32768;
constexpr tlv::Tag enumerated{0x0A};

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("revocation list: ") + what);
}

void check(const CrlRequest& request, const Certificate& issuer) {
  const auto wanted = [](bool holds, const char* what) {
    if (!holds) refuse(std::string("revocation list: ") + what);
  };
  wanted(issuer.is_ca() && issuer.may_sign_revocations(), "its issuer may not sign lists");
  wanted(!issuer.subject_key_id().empty(), "its issuer has no key identifier");
  wanted(!request.number.empty() && request.number.size() <= max_number_bytes,
         "its number has 1 to 19 bytes");
  wanted(request.this_update < request.next_update, "the next one comes after it");
  std::set<Bytes> serials;
  for (const Revocation& entry : request.revoked) {
    wanted(!entry.serial.empty() && entry.serial.size() <= max_serial_bytes,
           "a serial number has 1 to 20 bytes");
    wanted(asn1::integer(entry.serial) == tlv::encode(asn1::tag::integer, entry.serial),
           "a serial number is not negative, and has no more bytes than it needs");
    wanted(entry.at <= request.this_update, "nothing is revoked in advance");
    wanted(serials.insert(entry.serial).second, "a serial number stands twice");
  }
}

Bytes encode(const Revocation& entry) {
  Bytes reason;
  if (entry.reason) {
    const auto value = static_cast<std::uint8_t>(*entry.reason);
    reason =
        sequence({extension(id_ce_reason_code, Critical::no, tlv::encode(enumerated, ByteView(&value, 1)))});
  }
  return sequence({tlv::encode(asn1::tag::integer, entry.serial), asn1::time(entry.at), reason});
}

RevocationReason read_reason(ByteView value) {
  const ByteView number = only(value, enumerated);
  require(number.size() == 1 && number[0] <= 10 && number[0] != 7, "a reason that does not exist");
  return static_cast<RevocationReason>(number[0]);
}

Revocation read_entry(const tlv::Element& element, Deviations& deviations) {
  tlv::Reader fields(element.value);
  Revocation out;
  out.serial = read_serial(fields.next(), deviations);
  out.at = asn1::read_time(fields.next(), deviations);
  if (const auto extensions = fields.take(asn1::tag::sequence)) {
    for (const Extension& extension : read_extensions(*extensions, deviations)) {
      if (extension.id == id_ce_reason_code)
        out.reason = read_reason(extension.value);
      else
        not_understood(extension);
    }
  }
  fields.expect_end();
  return out;
}

std::vector<Revocation> read_entries(const tlv::Element& list, Deviations& deviations) {
  std::vector<Revocation> out;
  tlv::Reader reader(list.value);
  if (reader.at_end()) deviations.found("an empty list of entries is not left out");
  while (!reader.at_end()) {
    require(out.size() < max_entries, "more than 32,768 entries");
    out.push_back(read_entry(reader.expect(asn1::tag::sequence), deviations));
  }
  return out;
}

/// The version, which only a list of version 2 says.
void read_version(tlv::Reader& fields, Deviations& deviations) {
  const auto field = fields.take(asn1::tag::integer);
  if (!field) return deviations.found("a revocation list is not version 2");
  const ByteView version = asn1::read_integer(*field);
  require(version.size() == 1 && version[0] == 1, "of a version that does not exist");
}

bool is_time(ByteView rest) {
  return !rest.empty() &&
         (rest[0] == asn1::tag::utc_time.value || rest[0] == asn1::tag::generalized_time.value);
}

}  // namespace

Bytes issue_crl(const CrlRequest& request, const Certificate& issuer, const SignOperation& sign) {
  check(request, issuer);
  const Bytes algorithm = signature_identifier(issuer.public_key().signature_algorithm());
  Bytes entries;
  for (const Revocation& entry : request.revoked) append(entries, encode(entry));
  // An empty list is left out (RFC 5280 5.1.2.6).
  const Bytes revoked = entries.empty() ? Bytes() : sequence({entries});
  const Bytes extensions =
      sequence({extension(id_ce_authority_key_id, Critical::no, authority_key_id(issuer.subject_key_id())),
                extension(id_ce_crl_number, Critical::no, asn1::integer(request.number))});
  const Bytes tbs = sequence({asn1::integer(std::uint8_t{1}), algorithm, issuer.subject_name(),
                              asn1::time(request.this_update), asn1::time(request.next_update), revoked,
                              tlv::encode(constructed(0), extensions)});
  return sign_structure(tbs, algorithm, issuer.public_key(), sign);
}

Crl Crl::parse(ByteView der) {
  NoDeviations none;
  return parse(der, none);
}

Crl Crl::parse(ByteView der, Deviations& deviations) {
  const SignedStructure whole = read_signed(der, max_crl_bytes, deviations);
  tlv::Reader fields(whole.tbs.value);
  read_version(fields, deviations);
  require(std::ranges::equal(fields.expect(asn1::tag::sequence).encoded, whole.algorithm.encoded),
          "it names two signature algorithms");
  Crl out;
  out.signature_algorithm_ = read_signature_algorithm(whole.algorithm, deviations);
  out.issuer_ = read_name(fields);
  out.this_update_ = asn1::read_time(fields.next(), deviations);
  if (is_time(fields.rest()))
    out.next_update_ = asn1::read_time(fields.next(), deviations);
  else
    deviations.found("a revocation list does not say when the next one comes");
  if (out.next_update_ && out.this_update_ >= *out.next_update_)
    deviations.found("a revocation list's next one does not come after it");
  if (const auto entries = fields.take(asn1::tag::sequence))
    out.revoked_ = read_entries(*entries, deviations);
  if (const auto extensions = fields.take(constructed(0)))
    out.take_extensions(tlv::single(extensions->value), deviations);
  fields.expect_end();
  if (out.authority_key_id_.empty()) deviations.found("a revocation list does not say which key signed it");
  out.der_ = copy(der);
  out.tbs_ = whole.signed_bytes;
  out.signature_ = copy(whole.signature);
  return out;
}

void Crl::take_extensions(const tlv::Element& extensions, Deviations& deviations) {
  for (const Extension& extension : read_extensions(extensions, deviations)) {
    require(extension.id != id_ce_delta_crl_indicator, "it is a delta list");
    if (extension.id == id_ce_authority_key_id)
      authority_key_id_ = read_authority_key_id(extension.value);
    else if (extension.id == id_ce_crl_number)
      number_ = copy(asn1::read_integer(tlv::single(extension.value)));
    else
      not_understood(extension);
  }
}

bool Crl::revokes(const Bytes& serial) const {
  return std::ranges::find(revoked_, serial, &Revocation::serial) != revoked_.end();
}

bool Crl::names_issuer(const Certificate& issuer) const {
  return detail::names(issuer_, authority_key_id_, issuer);
}

bool Crl::signed_by(const Certificate& issuer) const {
  return names_issuer(issuer) && issuer.may_sign_revocations() &&
         issuer.public_key().verify(signature_algorithm_, tbs_, signature_);
}

}  // namespace perso::crypto
