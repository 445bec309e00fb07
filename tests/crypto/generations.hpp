// The keys of one CSCA, one after the other, with what certifies them; and certificates with parts replaced.
#pragma once

#include <algorithm>

#include "crypto/asn1.hpp"
#include "crypto/chain.hpp"
#include "crypto/path.hpp"

namespace perso::test {

/// Generations of one CSCA: each has its own key, its self-signed certificate, and the link certificate under
/// the key before.
struct Generations {
  explicit Generations(Random& chance, std::size_t count, bool renamed = false) : random(chance) {
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(crypto::EcPrivateKey::generate("secp256r1", random));
      names.push_back({"UT", "Utopia", renamed ? "CSCA " + std::to_string(i) : "CSCA"});
      roots.push_back(certificate(crypto::CertificateProfile::csca, i, i));
      if (i > 0) links.push_back(certificate(crypto::CertificateProfile::link, i, i - 1));
    }
  }

  crypto::CertificateRequest request(crypto::CertificateProfile profile, std::size_t subject,
                                     std::size_t issuer) {
    auto out = Chain::csca_request(crypto::EcParameters::named_curve);
    out.profile = profile;
    out.subject = names[subject];
    out.issuer = names[issuer];
    out.serial = Bytes{++serial};
    return out;
  }
  crypto::Certificate certificate(crypto::CertificateProfile profile, std::size_t subject,
                                  std::size_t issuer) {
    return crypto::Certificate::parse(
        Chain::issue(request(profile, subject, issuer), keys[subject], keys[issuer], random));
  }
  crypto::Certificate signer(
      std::size_t issuer, crypto::CertificateProfile profile = crypto::CertificateProfile::document_signer) {
    auto out = request(profile, issuer, issuer);
    out.subject.common_name = "Signer";
    if (profile == crypto::CertificateProfile::document_signer) out.document_types = {"P"};
    return crypto::Certificate::parse(
        Chain::issue(out, crypto::EcPrivateKey::generate("secp256r1", random), keys[issuer], random));
  }
  crypto::Crl list(const crypto::Certificate& issuer, std::size_t key, const Bytes& revoked) {
    const crypto::CrlRequest request{
        .number = {1},
        .this_update = issued_at,
        .next_update = issued_at + std::chrono::days(1),
        .revoked = {{.serial = revoked, .at = issued_at, .reason = std::nullopt}}};
    return crypto::Crl::parse(
        crypto::issue_crl(request, issuer, [&](ByteView tbs) { return keys[key].sign(tbs, random); }));
  }

  Random& random;
  std::uint8_t serial = 0;
  std::vector<crypto::EcPrivateKey> keys;
  std::vector<crypto::Name> names;
  std::vector<crypto::Certificate> roots, links;  // links[i] is of generation i + 1
};

inline std::vector<const crypto::Certificate*> pointers(
    const std::vector<crypto::Certificate>& certificates) {
  std::vector<const crypto::Certificate*> out;
  for (const crypto::Certificate& certificate : certificates) out.push_back(&certificate);
  return out;
}

/// The certificate with `from` in its signed part replaced by `to`, of the same length, as often as it stands
/// there from the `first` time on, and signed again.
inline Bytes replaced(const crypto::Certificate& certificate, ByteView from, ByteView to,
                      const crypto::EcPrivateKey& issuer, Random& random, int first = 0) {
  Bytes tbs = certificate.tbs();
  for (auto at = tbs.begin();; at += static_cast<std::ptrdiff_t>(to.size())) {
    at = std::search(at, tbs.end(), from.begin(), from.end());
    if (at == tbs.end()) break;
    if (first-- <= 0) std::copy(to.begin(), to.end(), at);
  }
  tlv::Reader fields(tlv::single(tbs).value);
  fields.next();
  fields.next();
  return crypto::asn1::sequence(
      {tbs, fields.next().encoded, crypto::asn1::bit_string(issuer.sign(tbs, random))});
}

}  // namespace perso::test
