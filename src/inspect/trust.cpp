#include "inspect/trust.hpp"

#include <algorithm>

#include "bytes/error.hpp"

namespace perso::inspect {

namespace {

/// A name is a text of whoever made the certificate: whatever its case.
bool says_specimen(const crypto::Certificate& certificate) {
  std::string name = certificate.subject_text();
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return name.find("SPECIMEN") != std::string::npos;
}

/// Whoever writes the word into a name of his own does not become the issuer by it.
Trust no_more_than_specimen(Trust trust) {
  return trust == Trust::production ? Trust::specimen : trust;
}

}  // namespace

std::string_view name_of(Trust trust) {
  switch (trust) {
    case Trust::production:
      return "production";
    case Trust::specimen:
      return "specimen";
    case Trust::foreign:
      return "foreign";
    case Trust::unknown:
      break;
  }
  return "unknown";
}

void TrustStore::add(crypto::Certificate authority, Trust trust) {
  if (!authority.is_ca() || !authority.may_sign_certificates())
    throw Error(Code::malformed, "the certificate of " + authority.subject_text() +
                                     " is no certification authority's: give the certificate of its issuer");
  if (says_specimen(authority)) trust = no_more_than_specimen(trust);
  const bool anchor = authority.signed_by(authority);
  std::vector<Authority>& all = anchor ? anchors_ : links_;
  const auto same = std::ranges::find(all, authority.der(),
                                      [](const Authority& a) -> const Bytes& { return a.certificate.der(); });
  if (same != all.end())
    same->trust = std::min(same->trust, trust);
  else
    all.push_back({std::move(authority), trust});
}

void TrustStore::add(crypto::Crl list) {
  lists_.push_back(std::move(list));
}

TrustStore::Judgement TrustStore::judge(const crypto::Certificate& signer, crypto::SignerPurpose purpose,
                                        Instant now) const {
  crypto::PathSources sources;
  for (const Authority& anchor : anchors_) sources.anchors.push_back(&anchor.certificate);
  for (const Authority& link : links_) sources.links.push_back(&link.certificate);
  for (const crypto::Crl& list : lists_) sources.lists.push_back(&list);
  const crypto::Path path = crypto::check_path(signer, purpose, sources, now);
  const auto anchor = std::ranges::find(anchors_, path.anchor,
                                        [](const Authority& authority) { return &authority.certificate; });
  if (anchor == anchors_.end()) return {Trust::unknown, path.fault, {}};
  const bool specimen =
      says_specimen(signer) ||
      std::ranges::any_of(path.links, [](const crypto::Certificate* link) { return says_specimen(*link); });
  return {specimen ? no_more_than_specimen(anchor->trust) : anchor->trust, path.fault,
          path.anchor->subject_country()};
}

TrustStore::Judgement TrustStore::judge(const crypto::Certificate& signer, Instant now) const {
  return judge(signer, crypto::SignerPurpose::documents, now);
}

TrustStore::Judgement TrustStore::judge_list_signer(const crypto::Certificate& signer, Instant now) const {
  return judge(signer, crypto::SignerPurpose::master_lists, now);
}

}  // namespace perso::inspect
