// The path from a signer to a trust anchor: two certificates, as ICAO 9303-12 has them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crypto/crl.hpp"

namespace perso::crypto {

/// Why a signer is not believed.
enum class PathFault {
  issuer_unknown,       // no anchor bears the issuer's name
  signature_wrong,      // none that bears it made the signature
  issuer_no_ca,         // the anchor is no certification authority, or may not sign certificates
  issuer_not_valid,     // the anchor's validity
  signer_not_valid,     // the signer's validity
  signer_may_not_sign,  // its key usage
  revoked,
};
/// Half a sentence of the signer, "its issuer is no trust anchor".
std::string_view text_of(PathFault fault);

/// The first fault that is found, in the order above; nullopt for a signer to be believed at `now`. It is
/// revoked where a list that its anchor signed has it, however old the list: what was revoked stays so. That
/// there is no list, or none that is fresh, is no fault: inspection systems work off line.
std::optional<PathFault> check_path(const Certificate& signer, const std::vector<Certificate>& anchors,
                                    const std::vector<Crl>& lists, Instant now);

}  // namespace perso::crypto
