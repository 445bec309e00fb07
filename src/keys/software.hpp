// Keys held in this process's memory. Not for other layers.
#pragma once

#include "crypto/ec.hpp"
#include "keys/keys.hpp"

namespace perso::keys {

/// The key check value of an AES key.
Kcv kcv_of(const Secret& key);

/// One key of a chip's set. The fixed input of SP 800-108 is
///   "SCP03-ENC" | "SCP03-MAC" | "SCP03-DEK", version (1 byte), 00, chip identifier (12), length in bits (4).
Secret diversified(const Secret& master, Role role, std::uint8_t version, const ChipId& chip,
                   std::size_t key_size);

/// @param random must outlive the signer
std::unique_ptr<Signer> software_signer(crypto::EcPrivateKey key, crypto::Certificate certificate,
                                        Random& random);

/// @throws Error Code::key_missing for a version outside 01 to 7F, or a size that AES does not have
std::unique_ptr<CardKeys> software_card_keys(const Secret& master, std::uint8_t version,
                                             std::size_t key_size);

/// Subkeys of the master by SP 800-108: label "ledger commit" with the purpose as context, and label "ledger
/// order keys".
/// @param random must outlive the keys
std::unique_ptr<LedgerKeys> software_ledger_keys(Secret master, Random& random);

}  // namespace perso::keys
