// The keys that open a chip, the card's side: from what is printed, and from a secret that both sides agreed
// on (ICAO 9303-11 9.7). Nothing here is shared with the terminal's side in `channel`.
#pragma once

#include <optional>

#include "bytes/secret.hpp"

namespace perso::vchip {

/// Of a session: two-key triple DES with retail MAC, or AES with CMAC.
enum class Cipher { triple_des, aes_128, aes_192, aes_256 };

/// What the last arc of a protocol's object identifier names, 1 to 4 (9.2.3, 9.2.5). nullopt for any other.
std::optional<Cipher> cipher_named(std::uint8_t arc);
std::size_t key_size(Cipher cipher);    // bytes: 16, 16, 24, 32
std::size_t block_size(Cipher cipher);  // bytes: 8 or 16

/// Of one session, or those of basic access control. Parity bits of DES keys are neither set nor judged.
struct SessionKeys {
  Secret enc, mac;
  Cipher cipher = Cipher::triple_des;
};

/// 9.7.1: counter 1 for encryption, 2 for the MAC, 3 for a password's key.
Secret derive_key(const Secret& shared, Cipher cipher, std::uint32_t counter);
SessionKeys derive_session_keys(const Secret& shared, Cipher cipher);

/// What stands for a password of PACE before the derivation with counter 3 (9.7.3): SHA-1 over the number,
/// the date of birth and the date of expiry as they stand in the machine readable zone, without their check
/// digits, which are computed here (9303-3 4.9). 20 bytes.
Secret mrz_password(ByteView number, ByteView birth, ByteView expiry);
/// The card access number's characters as they are.
Secret can_password(ByteView can);

}  // namespace perso::vchip
