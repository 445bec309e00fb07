#include "lds/signing.hpp"

#include "bytes/error.hpp"

namespace perso::lds {

Bytes sign_content(const std::string& file, const char* content_type, ByteView content,
                   const crypto::Certificate& signer, Instant signing_time,
                   const crypto::SignOperation& sign) {
  const crypto::EcPublicKey* const ec = signer.public_key().ec();
  if (ec != nullptr && ec->signature_hash() == crypto::Hash::sm3)
    throw Error(Code::crypto_failed,
                file +
                    ": the signer's key is one of SM2, and ICAO 9303-12 has ECDSA and RSA "
                    "alone: name a signer with a key of ECDSA");
  return crypto::sign_cms(content_type, content, signer, signing_time, sign);
}

}  // namespace perso::lds
