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

Revocation read_entry(const tlv::Element& element) {
  tlv::Reader fields(element.value);
  Revocation out;
  const tlv::Element serial = fields.expect(asn1::tag::integer);
  asn1::read_integer(serial);
  require(serial.value.size() <= max_serial_bytes, "a serial number is too long");
  out.serial = copy(serial.value);
  out.at = asn1::read_time(fields.next());
  if (const auto extensions = fields.take(asn1::tag::sequence)) {
    for (const Extension& extension : read_extensions(*extensions)) {
      if (extension.id == id_ce_reason_code)
        out.reason = read_reason(extension.value);
      else
        not_understood(extension);
    }
  }
  fields.expect_end();
  return out;
}

}  // namespace

Bytes issue_crl(const CrlRequest& request, const Certificate& issuer, const SignOperation& sign) {
  check(request, issuer);
  const Bytes algorithm = signature_identifier(issuer.public_key().signature_hash());
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
  const SignedStructure whole = read_signed(der, max_crl_bytes);
  tlv::Reader fields(whole.tbs.value);
  const ByteView version = asn1::read_integer(fields.expect(asn1::tag::integer));
  require(version.size() == 1 && version[0] == 1, "not version 2");
  require(std::ranges::equal(fields.expect(asn1::tag::sequence).encoded, whole.algorithm.encoded),
          "it names two signature algorithms");
  Crl out;
  out.signature_hash_ = read_signature_algorithm(whole.algorithm);
  out.issuer_ = read_name(fields);
  out.this_update_ = asn1::read_time(fields.next());
  out.next_update_ = asn1::read_time(fields.next());
  require(out.this_update_ < out.next_update_, "the next one does not come after it");
  if (const auto entries = fields.take(asn1::tag::sequence)) {
    tlv::Reader reader(entries->value);
    require(!reader.at_end(), "an empty list of entries is left out");
    while (!reader.at_end()) out.revoked_.push_back(read_entry(reader.expect(asn1::tag::sequence)));
  }
  for (const Extension& extension : read_extensions(tlv::single(fields.expect(constructed(0)).value))) {
    if (extension.id == id_ce_authority_key_id)
      out.authority_key_id_ = read_authority_key_id(extension.value);
    else if (extension.id == id_ce_crl_number)
      out.number_ = copy(asn1::read_integer(tlv::single(extension.value)));
    else
      not_understood(extension);
  }
  fields.expect_end();
  require(!out.authority_key_id_.empty(), "the authority key identifier is missing");
  out.tbs_ = copy(whole.tbs.encoded);
  out.signature_ = copy(whole.signature);
  return out;
}

bool Crl::revokes(const Bytes& serial) const {
  return std::ranges::find(revoked_, serial, &Revocation::serial) != revoked_.end();
}

bool Crl::signed_by(const Certificate& issuer) const {
  return issuer.may_sign_revocations() && issuer_ == issuer.subject_name() &&
         issuer.public_key().verify(signature_hash_, tbs_, signature_);
}

}  // namespace perso::crypto
