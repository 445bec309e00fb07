// Basic access control (ICAO 9303-11 4.3), the card's side, from the text of the standard: nothing here is
// shared with the terminal's side in `channel`.
#pragma once

#include <optional>

#include "vchip/secure_messaging_card.hpp"

namespace perso::vchip {

constexpr std::size_t bac_nonce_size = 8;   // RND.IC and RND.IFD
constexpr std::size_t bac_key_size = 16;    // K.IC and K.IFD
constexpr std::size_t bac_token_size = 40;  // what EXTERNAL AUTHENTICATE carries in both directions

/// The document basic access keys (9.7.2): of number, date of birth and date of expiry as they stand in the
/// machine readable zone, without their check digits, which are computed here.
SessionKeys bac_access_keys(ByteView number, ByteView birth, ByteView expiry);

/// What a right EXTERNAL AUTHENTICATE leads to.
struct BacSuccess {
  Bytes answer;  // EIC || MIC
  SecureMessagingCard channel;
};

/// Judges EIFD || MIFD (4.3.1). @param challenge RND.IC that was given out @param key_ic 16 random bytes
/// @returns nullopt where the MAC or the challenge is wrong
std::optional<BacSuccess> bac_authenticate(const SessionKeys& access, ByteView challenge, ByteView token,
                                           const Secret& key_ic);

}  // namespace perso::vchip
