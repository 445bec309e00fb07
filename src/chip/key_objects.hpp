// Key pairs that the station made, as the data objects in which chips take them. The one place in this layer
// where keys are seen.
#pragma once

#include "chip/driver.hpp"

namespace perso::chip {

/// The EC key of that algorithm, "ecdsa-p256" or "ecdh-p256"; nullptr for any other key.
const crypto::EcPrivateKey* p256_key(const InjectedKey& key);

/// DGI 7F48, src/vchip/CONTRACT.md section 7. @param algorithm its reference there
Secret key_dgi(std::uint8_t id, std::uint8_t algorithm, const crypto::EcPrivateKey& key);

/// PUT DATA 63, src/vchip/CONTRACT-iso7816.md section 2: domain parameters and private scalar of a P-256 key.
Secret ec_object(const crypto::EcPrivateKey& key);

/// PUT DATA 60 and 61, a number of 128 bytes: nested in its object, or behind it where that stands empty.
Secret nested_number(std::uint8_t object, const Secret& number);
Secret number_behind(std::uint8_t object, const Secret& number);

/// Sends `command` with these data, and wipes what it made of them, whatever the card throws.
iso7816::ResponseApdu transmit_secret(iso7816::Card& card, iso7816::CommandApdu command, const Secret& data);

}  // namespace perso::chip
