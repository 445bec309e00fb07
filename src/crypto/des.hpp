// DES in two-key triple form, for the channels of ICAO 9303-11 that still want it.
#pragma once

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// Two-key triple DES (EDE), key of 16 bytes, CBC without padding: whole blocks of 8 bytes, 8-byte iv.
Bytes des3_cbc_encrypt(const Secret& key, ByteView iv, ByteView plain);
Bytes des3_cbc_decrypt(const Secret& key, ByteView iv, ByteView cipher);

/// Retail MAC: ISO/IEC 9797-1 MAC algorithm 3 with DES, 8 bytes, over whole blocks of 8: padding is the
/// caller's. Key of 16 bytes.
Bytes retail_mac(const Secret& key, ByteView blocks);

}  // namespace perso::crypto
