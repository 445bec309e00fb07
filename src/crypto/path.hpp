// The path from a signer to a trust anchor: signer, link certificates, CSCA, as ICAO 9303-12 has them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crypto/crl.hpp"

namespace perso::crypto {

/// Why a signer is not believed.
enum class PathFault {
  issuer_unknown,       // no authority is named as the issuer, or none of them leads to an anchor
  signature_wrong,      // none that is named made the signature
  another_state,        // the signer and the authorities on the path are not of one country
  issuer_no_ca,         // an authority on the path is none, may not sign certificates, or is no link
  search_ended,         // more signatures had to be verified than are: nothing is known
  revoked,              // the signer
  issuer_revoked,       // a link certificate
  signer_may_not_sign,  // its key usage
  issuer_not_valid,     // the validity of the anchor, or of a link certificate
  signer_not_valid,     // the signer's validity
};
/// Half a sentence of the signer, "its issuer is no trust anchor".
std::string_view text_of(PathFault fault);

/// What the signer signs: a document signer does not make a master list believed.
enum class SignerPurpose { documents, master_lists };

/// What a path is looked for in. The pointers must outlive it.
struct PathSources {
  std::vector<const Certificate*> anchors;
  std::vector<const Certificate*> links;  // authorities that another one issued: a CSCA under its next key
  std::vector<const Crl*> lists;
};

struct Path {
  const Certificate* anchor = nullptr;    // the anchor that was reached by signatures, whatever the fault
  std::vector<const Certificate*> links;  // from the signer's issuer on, the anchor not among them
  std::optional<PathFault> fault;         // nullopt for a signer to be believed
};

/// The path with the latest fault in the order above, or none, of all that lead over at most 4 link
/// certificates: authorities of one name and different keys are all tried. 512 signatures are verified at
/// most; where that ends the search, nothing is believed but what was found without fault before.
///
/// All of a path are of one country (9303-12 7.1.1), and a link certificate has its issuer's name or says
/// that the name has changed: what else a CSCA certifies is no authority for documents.
///
/// A certificate is revoked where a list of its issuer has it, signed by an anchor or by a link that leads to
/// one and has this name: a CSCA signs its list with its newest key alone. It is so however old the list:
/// what was revoked stays so. That there is no list, or none that is fresh, is no fault: inspection systems
/// work off line. Path length constraints are not looked at: 9303-12 wants them zero in link certificates
/// too.
Path check_path(const Certificate& signer, SignerPurpose purpose, const PathSources& sources, Instant now);

/// The fault of a document signer straight under an anchor.
std::optional<PathFault> check_path(const Certificate& signer, const std::vector<Certificate>& anchors,
                                    const std::vector<Crl>& lists, Instant now);

}  // namespace perso::crypto
