#include "crypto/master_list.hpp"

#include "bytes/error.hpp"
#include "crypto/asn1.hpp"
#include "crypto/ber.hpp"
#include "crypto/signed_data.hpp"

namespace perso::crypto {

namespace {

constexpr std::size_t max_bytes = 8 << 20;
constexpr std::size_t max_certificates = 2048;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("master list: ") + what);
}

}  // namespace

MasterList MasterList::parse(ByteView der, Deviations& deviations) {
  MasterList out{detail::read_signed_data(der, max_bytes, deviations), {}};
  require(out.cms.content_type == master_list_oid && out.cms.content.has_value(), "another content");
  const Bytes content = asn1::to_der(*out.cms.content, deviations);
  const tlv::Element whole = tlv::single(content);
  require(whole.tag == asn1::tag::sequence, "not a CscaMasterList");
  tlv::Reader fields(whole.value);
  if (detail::read_version(fields) != 0) deviations.found("a master list is of another version");
  const ByteView certificates = fields.expect(asn1::tag::set).value;
  fields.expect_end();
  if (!asn1::sorted(certificates)) deviations.found("a master list's certificates are not in DER order");
  std::size_t count = 0;
  for (tlv::Reader reader(certificates); !reader.at_end();) {
    require(++count <= max_certificates, "more than 2,048 certificates");
    const tlv::Element element = reader.next();
    try {
      out.certificates.push_back(Certificate::parse(element.encoded, deviations));
    } catch (const Error& error) {
      deviations.found("certificate " + std::to_string(count) + " cannot be read, " + error.message());
    }
  }
  return out;
}

Bytes issue_master_list(const std::vector<Certificate>& certificates, const Certificate& signer,
                        Instant signing_time, const SignOperation& sign) {
  std::vector<Bytes> encodings;
  encodings.reserve(certificates.size());
  for (const Certificate& certificate : certificates) encodings.push_back(certificate.der());
  const Bytes content = asn1::sequence({asn1::integer(std::uint8_t{0}), asn1::set_of(std::move(encodings))});
  return sign_cms(master_list_oid, content, signer, signing_time, sign);
}

}  // namespace perso::crypto
