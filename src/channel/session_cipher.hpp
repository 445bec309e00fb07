// What a session of secure messaging computes with (ICAO 9303-11 9.8.6): one implementation a cipher.
#pragma once

#include <memory>

#include "bytes/secret.hpp"
#include "channel/protocols.hpp"

namespace perso::channel {

/// Its keys are set up once, and wiped when it dies. Used by one thread. The counter is the send sequence
/// counter, as long as a block.
class SessionCipher {
 public:
  virtual ~SessionCipher() = default;
  virtual std::size_t block_size() const = 0;
  /// Whole blocks: padding is the caller's.
  virtual Bytes encrypt(ByteView counter, ByteView plain) = 0;
  virtual Bytes decrypt(ByteView counter, ByteView cipher) = 0;
  /// 8 bytes over whole blocks, the counter in front of them.
  virtual Bytes mac(ByteView blocks) = 0;
  /// 8 bytes over a message of any size, padded only where the MAC itself needs it: PACE's authentication
  /// token (4.4.3.4).
  virtual Bytes token(ByteView message) = 0;
};

/// 9.8.6.1: two-key triple DES in CBC mode, the iv zero, and the retail MAC. Keys of 16 bytes.
std::unique_ptr<SessionCipher> triple_des(Secret encryption, Secret mac);
/// 9.8.6.2: AES in CBC mode, the iv the encrypted counter, and CMAC cut to 8 bytes. Keys of 16, 24 or 32
/// bytes.
std::unique_ptr<SessionCipher> aes(Secret encryption, Secret mac);
/// With the keys that a shared secret stands for, 9.7.4.
std::unique_ptr<SessionCipher> session_cipher(Cipher cipher, const Secret& shared);

}  // namespace perso::channel
