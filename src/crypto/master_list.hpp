// ICAO master lists (9303-12 clause 9): the CSCA certificates that one state has seen.
#pragma once

#include "crypto/cms.hpp"

namespace perso::crypto {

/// eContentType of a CSCA master list.
inline constexpr const char* master_list_oid = "2.23.136.1.1.2";

struct MasterList {
  SignedData cms;                         // its signer: the master list signer; the certificates inside of it
  std::vector<Certificate> certificates;  // at most 2,048

  /// At most 8 MiB. Certificates that cannot be read are deviations, and left out. Nothing is verified.
  /// @throws Error Code::malformed
  static MasterList parse(ByteView der, Deviations& deviations);
};

/// DER, signed by `signer`. @throws as sign_cms
Bytes issue_master_list(const std::vector<Certificate>& certificates, const Certificate& signer,
                        Instant signing_time, const SignOperation& sign);

}  // namespace perso::crypto
