// Chip authentication version 1, the terminal's side (ICAO 9303-11 6.2).
#pragma once

#include <variant>

#include "bytes/clock.hpp"
#include "channel/protocols.hpp"
#include "channel/secure_messaging.hpp"
#include "crypto/dh.hpp"
#include "crypto/ec.hpp"

namespace perso::channel {

/// A static public key of the chip, signed in EF.DG14 or EF.CardSecurity.
struct ChipAuthenticationKey {
  std::variant<crypto::EcPublicKey, crypto::DhPublicKey> key;
  std::optional<Bytes> id;  // as ChipAuthenticationInfo and MSE name it
};

/// Agrees on new keys with the chip, in the channel that is open, with the eMRTD application selected:
/// MSE:Set AT and GENERAL AUTHENTICATE, or MSE:Set KAT for 3DES. A public key that is too long for a short
/// command goes in one of extended length, and once more in a chain of short ones where the chip answers 6700
/// to that. The new channel goes over `card`, which must outlive it; `open` is closed. That the chip holds
/// the key is shown by the first answer in the new channel whose MAC holds.
/// @param protocol of the agreement that `key` is for
/// @throws Error Code::channel_broken; Code::command_refused with its status word, where `open` stays as it
/// was
std::unique_ptr<SecureMessaging> authenticate_chip(iso7816::Card& card, SecureMessaging& open,
                                                   const ChipAuthenticationProtocol& protocol,
                                                   const ChipAuthenticationKey& key, Random& random);
/// The same in the clear, with a chip that wants no channel first.
std::unique_ptr<SecureMessaging> authenticate_chip(iso7816::Card& card,
                                                   const ChipAuthenticationProtocol& protocol,
                                                   const ChipAuthenticationKey& key, Random& random);

}  // namespace perso::channel
