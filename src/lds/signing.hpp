// The signature in EF.SOD and EF.CardSecurity.
#pragma once

#include <string>

#include "crypto/cms.hpp"

namespace perso::lds {

/// CMS ContentInfo around the content, as crypto::sign_cms.
/// @param file "EF.SOD", for messages
/// @throws Error Code::crypto_failed for a signer with an SM2 key, which 9303-12 does not have, and for a
/// signature of another key
Bytes sign_content(const std::string& file, const char* content_type, ByteView content,
                   const crypto::Certificate& signer, Instant signing_time,
                   const crypto::SignOperation& sign);

}  // namespace perso::lds
