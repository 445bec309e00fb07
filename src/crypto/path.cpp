#include "crypto/path.hpp"

#include <algorithm>

#include "crypto/botan.hpp"

namespace perso::crypto {

std::string_view text_of(PathFault fault) {
  switch (fault) {
    case PathFault::issuer_unknown:
      return "its issuer is no trust anchor";
    case PathFault::signature_wrong:
      return "its issuer's key did not sign it";
    case PathFault::issuer_no_ca:
      return "its issuer may not sign certificates";
    case PathFault::issuer_not_valid:
      return "its issuer's certificate is not valid now";
    case PathFault::signer_not_valid:
      return "it is not valid now";
    case PathFault::signer_may_not_sign:
      return "it may not sign documents";
    case PathFault::revoked:
      return "its issuer has revoked it";
  }
  detail::refuse("not a fault of a path");
}

std::optional<PathFault> check_path(const Certificate& signer, const std::vector<Certificate>& anchors,
                                    const std::vector<Crl>& lists, Instant now) {
  // Anchors that follow each other share a name, and not their keys.
  const auto named = [&](const Certificate& anchor) { return anchor.subject_name() == signer.issuer_name(); };
  if (std::ranges::none_of(anchors, named)) return PathFault::issuer_unknown;
  const auto anchor = std::ranges::find_if(
      anchors, [&](const Certificate& candidate) { return signer.signed_by(candidate); });
  if (anchor == anchors.end()) return PathFault::signature_wrong;
  if (!anchor->is_ca() || !anchor->may_sign_certificates()) return PathFault::issuer_no_ca;
  if (!anchor->valid_at(now)) return PathFault::issuer_not_valid;
  if (!signer.valid_at(now)) return PathFault::signer_not_valid;
  if (!signer.may_sign_documents()) return PathFault::signer_may_not_sign;
  const auto revokes = [&](const Crl& list) {
    return list.revokes(signer.serial()) && list.signed_by(*anchor);
  };
  if (std::ranges::any_of(lists, revokes)) return PathFault::revoked;
  return std::nullopt;
}

}  // namespace perso::crypto
