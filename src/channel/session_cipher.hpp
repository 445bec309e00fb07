// What a session of secure messaging computes with (ICAO 9303-11 9.8.6): one implementation a cipher.
#pragma once

#include <memory>

#include "bytes/secret.hpp"

namespace perso::channel {

/// Works on whole blocks: padding is the caller's. The counter is the send sequence counter, as long as a
/// block.
class SessionCipher {
 public:
  virtual ~SessionCipher() = default;
  virtual std::size_t block_size() const = 0;
  virtual Bytes encrypt(ByteView counter, ByteView plain) const = 0;
  virtual Bytes decrypt(ByteView counter, ByteView cipher) const = 0;
  /// 8 bytes.
  virtual Bytes mac(ByteView counter, ByteView message) const = 0;
};

/// 9.8.6.1: two-key triple DES in CBC mode, the iv zero, and the retail MAC. Keys of 16 bytes.
std::unique_ptr<SessionCipher> triple_des(Secret encryption, Secret mac);

}  // namespace perso::channel
