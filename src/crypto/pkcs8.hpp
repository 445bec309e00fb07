// Private keys in files: PKCS#8 EncryptedPrivateKeyInfo (RFC 5958 3) that any tool opens with the passphrase.
#pragma once

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// PBES2 (RFC 8018 6.2) with scrypt (RFC 7914 7) at the cost of `stretch`, and AES-256-CBC. The key comes in
/// stretched, so that several files under one salt cost one stretch.
/// @param key stretch(passphrase, salt, 32)
Bytes encrypt_pkcs8(const Secret& private_key_info, ByteView salt, const Secret& key, Random& random);

/// @throws Error Code::malformed for another form, salt or cost; Code::crypto_failed when the key is wrong
Secret decrypt_pkcs8(ByteView der, ByteView salt, const Secret& key);

}  // namespace perso::crypto
