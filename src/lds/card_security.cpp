#include "lds/card_security.hpp"

#include "bytes/error.hpp"
#include "lds/signing.hpp"

namespace perso::lds {

Bytes encode_card_security(const SecurityInfos& infos, const crypto::Certificate& signer,
                           Instant signing_time, const crypto::SignOperation& sign) {
  return sign_content("EF.CardSecurity", card_security_oid, encode_security_infos(infos), signer,
                      signing_time, sign);
}

CardSecurity parse_card_security(ByteView file, Deviations& deviations) {
  crypto::SignedData cms = crypto::SignedData::parse(file, deviations);
  if (cms.content_type != card_security_oid || !cms.content)
    throw Error(Code::malformed, "EF.CardSecurity: there are no SecurityInfos inside of what is signed");
  SecurityInfos infos = parse_security_infos(*cms.content, deviations);
  return {std::move(infos), std::move(cms)};
}

}  // namespace perso::lds
