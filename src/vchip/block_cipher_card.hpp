// Both cipher families behind one face, the card's side: CBC, and the MAC that goes with it.
#pragma once

#include "vchip/access_keys.hpp"

namespace perso::vchip {

/// Padding method 2 of ISO/IEC 9797-1, to blocks of `block` bytes.
Bytes padded(Bytes bytes, std::size_t block);
/// nullopt where the last block does not end so.
std::optional<Bytes> unpadded(Bytes bytes, std::size_t block);

/// CBC over whole blocks; `iv` is one block.
Bytes cbc_encrypt(Cipher cipher, const Secret& key, ByteView iv, ByteView blocks);
Bytes cbc_decrypt(Cipher cipher, const Secret& key, ByteView iv, ByteView blocks);

/// 8 bytes: the retail MAC, for whole blocks alone, or CMAC cut short, for any message.
Bytes mac(Cipher cipher, const Secret& key, ByteView message);

}  // namespace perso::vchip
