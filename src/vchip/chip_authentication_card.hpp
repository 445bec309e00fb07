// Chip authentication version 1 (ICAO 9303-11 6.2), the card's side: nothing here is shared with the
// terminal's side in `channel`.
#pragma once

#include <optional>
#include <string>

#include "vchip/secure_messaging_card.hpp"

namespace perso::vchip {

/// The chip's static private key of ECDH.
struct ChipKey {
  std::string curve;  // as crypto::Curve calls it
  Secret scalar;
};

/// What an object identifier id-CA-ECDH-... means for the session (9.2.5). Triple DES is what MSE:Set KAT
/// agrees on, too. @param oid its contents @returns nullopt for any other, finite-field ones among them
std::optional<Cipher> chip_authentication_cipher(ByteView oid);

/// The channel that both sides agree on: it begins behind the answer that says so, with counter zero.
/// @param terminal_key the terminal's ephemeral public key, an uncompressed point
/// @throws Refusal 6A80 where that is no point of the curve
SecureMessagingCard authenticate_chip(const ChipKey& key, Cipher cipher, ByteView terminal_key,
                                      Random& random);

}  // namespace perso::vchip
