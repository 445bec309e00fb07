// What every virtual chip is born with, whatever it speaks.
#pragma once

#include <array>
#include <string_view>

#include "bytes/bytes.hpp"

namespace perso::vchip {

/// What a chip speaks: CONTRACT.md or CONTRACT-iso7816.md.
enum class Platform { globalplatform, iso7816 };

/// Whose answers a chip of the iso7816 platform gives where CONTRACT-iso7816.md, section 5, leaves it a
/// choice.
enum class PassportKind : std::uint8_t { own, published };

/// GlobalPlatform Card Specification 2.3.1 (GPCS) 5.1.1 and table 11-6; CONTRACT.md section 2. The other
/// platform has the first three.
enum class LifeCycle : std::uint8_t { blank = 0x01, personalizing = 0x07, issued = 0x0F, terminated = 0xFF };
std::string_view name_of(LifeCycle life);

/// What does not change from birth on.
struct Hardware {
  std::array<std::uint8_t, 42> cplc{};  // card production life cycle data, GPCS appendix H
  std::uint8_t i = 0x70;                // SCP03 "i" parameter: 70 (S8) or 71 (S16); globalplatform alone
  std::uint32_t memory =
      128 * 1024;  // bytes for applications, files, keys and access data, counted in whole pages of 64
  std::uint16_t max_command_data = 65526;  // bytes; 65,526 makes a command with Le of 65,535, the most that
                                           // vpcd carries; globalplatform alone
  PassportKind passport = PassportKind::own;  // iso7816 alone
  Bytes atr;  // answer to reset, 2 to 33 bytes; what is born without one takes its platform's

  /// 12 bytes that no other chip has: IC fabricator and type, fabrication date, serial number, batch.
  Bytes chip_id() const;
};

Bytes default_atr(Platform platform);

}  // namespace perso::vchip
