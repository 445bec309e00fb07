#include "crypto/path.hpp"

#include <algorithm>

#include "crypto/botan.hpp"
#include "crypto/x509.hpp"

namespace perso::crypto {

namespace {

constexpr std::size_t max_links = 4;
constexpr std::size_t max_signatures = 512;

using Authorities = std::vector<const Certificate*>;

bool of_one_country(const Certificate& one, const Certificate& other) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::ranges::equal(one.subject_country(), other.subject_country(), {}, upper, upper);
}

/// Whether it is the issuer's own next key, and not an authority below it.
bool is_link(const Certificate& link, const Certificate& issuer) {
  return link.is_ca() &&
         (link.changes_name() || detail::same_name(link.subject_name(), issuer.subject_name()));
}

bool may_sign(const Certificate& signer, SignerPurpose purpose) {
  return purpose == SignerPurpose::documents ? signer.may_sign_documents() : signer.may_sign_master_lists();
}

/// Tries every authority that is named, from the signer upwards, and keeps the best path that it comes upon.
class Search {
 public:
  Search(SignerPurpose purpose, const PathSources& sources, Instant now)
      : purpose_(purpose), sources_(sources), now_(now) {
    best_.fault = PathFault::issuer_unknown;
  }

  Path from(const Certificate& signer) {
    Authorities chain{&signer};
    extend(chain);
    if (ended_) offer({nullptr, {}, PathFault::search_ended});
    return std::move(best_);
  }

 private:
  /// @param chain the signer, and the links that lead on from it
  void extend(Authorities& chain) {
    const Certificate& last = *chain.back();
    bool named = false, issued = false;
    for (const Certificate* anchor : sources_.anchors) {
      named = named || last.names_issuer(*anchor);
      if (!signed_by(last, *anchor)) continue;
      issued = true;
      offer({anchor, Authorities(chain.begin() + 1, chain.end()), fault_of(chain, *anchor)});
    }
    for (const Certificate* link : sources_.links) {
      if (!best_.fault) return;
      if (chain.size() > max_links || std::ranges::find(chain, link) != chain.end()) continue;
      named = named || last.names_issuer(*link);
      if (!signed_by(last, *link)) continue;
      issued = true;
      chain.push_back(link);
      extend(chain);
      chain.pop_back();
    }
    if (named && !issued) offer({nullptr, {}, PathFault::signature_wrong});
  }

  void offer(Path path) {
    const auto rank = [](const Path& of) { return of.fault ? static_cast<int>(*of.fault) : 1000; };
    if (rank(path) > rank(best_)) best_ = std::move(path);
  }

  std::optional<PathFault> fault_of(const Authorities& chain, const Certificate& anchor) {
    const Certificate& signer = *chain.front();
    Authorities issuers(chain.begin() + 1, chain.end());
    issuers.push_back(&anchor);
    const auto elsewhere = [&](const Certificate* issuer) { return !of_one_country(signer, *issuer); };
    if (std::ranges::any_of(issuers, elsewhere)) return PathFault::another_state;
    const auto no_ca = [](const Certificate* issuer) {
      return !issuer->is_ca() || !issuer->may_sign_certificates();
    };
    if (std::ranges::any_of(issuers, no_ca)) return PathFault::issuer_no_ca;
    for (std::size_t i = 0; i + 1 < issuers.size(); ++i)
      if (!is_link(*issuers[i], *issuers[i + 1])) return PathFault::issuer_no_ca;
    if (revoked(signer, *issuers.front())) return PathFault::revoked;
    for (std::size_t i = 0; i + 1 < issuers.size(); ++i)
      if (revoked(*issuers[i], *issuers[i + 1])) return PathFault::issuer_revoked;
    if (ended_) return PathFault::search_ended;  // with a list that nobody has looked at
    if (!may_sign(signer, purpose_)) return PathFault::signer_may_not_sign;
    const auto not_valid = [&](const Certificate* issuer) { return !issuer->valid_at(now_); };
    if (std::ranges::any_of(issuers, not_valid)) return PathFault::issuer_not_valid;
    if (!signer.valid_at(now_)) return PathFault::signer_not_valid;
    return std::nullopt;
  }

  bool revoked(const Certificate& certificate, const Certificate& issuer) {
    const auto revokes = [&](const Crl* list) {
      if (!list->revokes(certificate.serial())) return false;
      return signed_by(*list, issuer) || signed_under_this_name(*list, issuer);
    };
    return std::ranges::any_of(sources_.lists, revokes);
  }

  /// With another key of the issuer's: who signs the list bears the name in it, and that is the issuer's.
  bool signed_under_this_name(const Crl& list, const Certificate& issuer) {
    if (!detail::same_name(list.issuer_name(), issuer.subject_name())) return false;
    const auto anchor_signed = [&](const Certificate* anchor) { return signed_by(list, *anchor); };
    const auto link_signed = [&](const Certificate* link) {
      return signed_by(list, *link) && leads_to_anchor(*link, max_links);
    };
    return std::ranges::any_of(sources_.anchors, anchor_signed) ||
           std::ranges::any_of(sources_.links, link_signed);
  }

  bool leads_to_anchor(const Certificate& link, std::size_t links_left) {
    const auto is_under = [&](const Certificate* issuer) {
      return of_one_country(link, *issuer) && is_link(link, *issuer) && signed_by(link, *issuer);
    };
    const auto leads_on = [&](const Certificate* next) {
      return next != &link && is_under(next) && leads_to_anchor(*next, links_left - 1);
    };
    return std::ranges::any_of(sources_.anchors, is_under) ||
           (links_left > 1 && std::ranges::any_of(sources_.links, leads_on));
  }

  /// Authorities of a name that everybody may use are as many as a master list holds: what they cost is
  /// limited.
  bool signed_by(const Certificate& certificate, const Certificate& issuer) {
    return certificate.names_issuer(issuer) && one_more() && certificate.signed_by(issuer);
  }
  bool signed_by(const Crl& list, const Certificate& issuer) {
    return list.names_issuer(issuer) && one_more() && list.signed_by(issuer);
  }
  bool one_more() {
    if (signatures_left_ == 0) ended_ = true;
    return !ended_ && signatures_left_-- > 0;
  }

  SignerPurpose purpose_;
  const PathSources& sources_;
  Instant now_;
  Path best_;
  std::size_t signatures_left_ = max_signatures;
  bool ended_ = false;  // one more was wanted
};

}  // namespace

std::string_view text_of(PathFault fault) {
  switch (fault) {
    case PathFault::issuer_unknown:
      return "its issuer is no trust anchor";
    case PathFault::signature_wrong:
      return "its issuer's key did not sign it";
    case PathFault::another_state:
      return "its issuer is another state's";
    case PathFault::issuer_no_ca:
      return "its issuer may not sign certificates";
    case PathFault::search_ended:
      return "its issuer has too many namesakes to try them all";
    case PathFault::revoked:
      return "its issuer has revoked it";
    case PathFault::issuer_revoked:
      return "its issuer's certificate is revoked";
    case PathFault::signer_may_not_sign:
      return "its certificate does not let it sign this";
    case PathFault::issuer_not_valid:
      return "its issuer's certificate is not valid now";
    case PathFault::signer_not_valid:
      return "it is not valid now";
  }
  detail::refuse("not a fault of a path");
}

Path check_path(const Certificate& signer, SignerPurpose purpose, const PathSources& sources, Instant now) {
  return Search(purpose, sources, now).from(signer);
}

std::optional<PathFault> check_path(const Certificate& signer, const std::vector<Certificate>& anchors,
                                    const std::vector<Crl>& lists, Instant now) {
  PathSources sources;
  for (const Certificate& anchor : anchors) sources.anchors.push_back(&anchor);
  for (const Crl& list : lists) sources.lists.push_back(&list);
  return check_path(signer, SignerPurpose::documents, sources, now).fault;
}

}  // namespace perso::crypto
