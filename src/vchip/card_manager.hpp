// The card's manager, GlobalPlatform's issuer security domain, as far as chips of both platforms have it:
// what tells one chip from all others.
#pragma once

#include <array>
#include <optional>

#include "iso7816/apdu.hpp"
#include "vchip/hardware.hpp"

namespace perso::vchip {

inline constexpr std::array<std::uint8_t, 8> card_manager_aid = {0xA0, 0x00, 0x00, 0x01,
                                                                 0x51, 0x00, 0x00, 0x00};

/// Whether SELECT by name with this data field means it: its whole identifier, or nothing.
bool names_card_manager(ByteView data);

/// The same for SELECT by file identifier and the master file: 3F00, or nothing.
bool names_master_file(ByteView data);

/// Answer of SELECT (GPCS 11.9.3.1). @param max_command_data bytes @param life where the chip says it here
Bytes card_manager_fci(std::uint16_t max_command_data, std::optional<LifeCycle> life);

/// `6F { 84 AID }`, what SELECT of any other application answers.
Bytes application_fci(ByteView aid);

/// Whether SELECT by name wants the FCI (P2 00) or not (0C). @throws Refusal 6A86 for another P2
bool wants_fci(const iso7816::CommandApdu& select);

/// Answer of GET DATA 9F7F: card production life cycle data.
Bytes production_data(const Hardware& hardware);
constexpr std::uint16_t production_data_tag = 0x9F7F;

}  // namespace perso::vchip
