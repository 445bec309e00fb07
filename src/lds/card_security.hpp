// EF.CardSecurity (ICAO 9303-11 9.2.11, 9303-10 3.11.4): SecurityInfos in a CMS SignedData.
#pragma once

#include "crypto/cms.hpp"
#include "lds/security_infos.hpp"

namespace perso::lds {

/// eContentType, id-SecurityObject.
inline constexpr const char* card_security_oid = "0.4.0.127.0.7.3.2.1";

/// CMS ContentInfo. @throws as encode_sod
Bytes encode_card_security(const SecurityInfos& infos, const crypto::Certificate& signer,
                           Instant signing_time, const crypto::SignOperation& sign);

struct CardSecurity {
  SecurityInfos infos;
  crypto::SignedData cms;
};
/// Nothing is verified. @throws Error Code::malformed
CardSecurity parse_card_security(ByteView file, Deviations& deviations);

}  // namespace perso::lds
