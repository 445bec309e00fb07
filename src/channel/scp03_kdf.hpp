// The key derivation of SCP03 (Amendment D 1.2, 4.1.5): SP 800-108 in counter mode with AES-CMAC.
#pragma once

#include <functional>

#include "bytes/bytes.hpp"

namespace perso::channel {

/// Derivation constants, Amendment D table 4-1.
enum class Derivation : std::uint8_t {
  card_cryptogram = 0x00,
  host_cryptogram = 0x01,
  s_enc = 0x04,
  s_mac = 0x06,
  s_rmac = 0x07,
};

/// AES-CMAC under the key that is derived from, 16 bytes. A function, so that the key may stay where it is.
using Prf = std::function<Bytes(ByteView message)>;

/// `size` bytes, 8 to 32. Each block is PRF(11 zero bytes || constant || 00 || L in bits, 2 bytes || counter,
/// 1 byte || context). The caller wipes the result or hands it to a Secret where it is a key.
Bytes derive(const Prf& prf, Derivation constant, ByteView context, std::size_t size);

}  // namespace perso::channel
