// READ BINARY with even instruction (ISO/IEC 7816-4 11.3.3), as far as it is the same on both platforms.
#pragma once

#include "vchip/card_os.hpp"

namespace perso::vchip {

/// Where P1-P2 say to read.
struct ReadPlace {
  std::uint8_t short_fid = 0;  // 1 to 30, or 0 for the current file
  std::size_t offset = 0;
};
/// @throws Refusal 6A86, and 6700 for a command with data
ReadPlace read_place(const iso7816::CommandApdu& command);

/// What an answer may carry.
struct ReadSize {
  std::size_t wanted;     // bytes
  bool whatever = false;  // Le of zeros: what there is, however little
};
/// @param most Ne of zeros: 256 or 65,536 @param room bytes that the answer's data field has
/// @throws Refusal 6700 without Le
ReadSize read_size(const iso7816::CommandApdu& command, std::size_t most, std::size_t room);

/// The part of a file: 6282 where it is shorter than a number in Le asked for. @throws Refusal 6B00 at or
/// beyond the end
Answer read_part(ByteView contents, std::size_t offset, ReadSize size);

}  // namespace perso::vchip
