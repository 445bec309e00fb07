// DES in two-key triple form, for the channels of ICAO 9303-11 that still want it.
#pragma once

#include "crypto/primitives.hpp"

namespace perso::crypto {

/// A key of 16 bytes that is set up once, when it is first used, for many messages: a session of short
/// answers computes hundreds. Used by one thread. Wiped when it dies.
class TripleDesKey {
 public:
  /// @throws Error Code::crypto_failed for a key of another size
  explicit TripleDesKey(Secret key);
  TripleDesKey(TripleDesKey&&) noexcept;
  TripleDesKey& operator=(TripleDesKey&&) noexcept;
  ~TripleDesKey();

  /// As the functions below.
  Bytes cbc_encrypt(ByteView iv, ByteView plain);
  Bytes cbc_decrypt(ByteView iv, ByteView cipher);
  Bytes retail_mac(ByteView blocks);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Two-key triple DES (EDE), key of 16 bytes, CBC without padding: whole blocks of 8 bytes, 8-byte iv.
Bytes des3_cbc_encrypt(const Secret& key, ByteView iv, ByteView plain);
Bytes des3_cbc_decrypt(const Secret& key, ByteView iv, ByteView cipher);

/// Retail MAC: ISO/IEC 9797-1 MAC algorithm 3 with DES, 8 bytes, over whole blocks of 8: padding is the
/// caller's. Key of 16 bytes.
Bytes retail_mac(const Secret& key, ByteView blocks);

}  // namespace perso::crypto
