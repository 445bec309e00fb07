// Padding method 2 of ISO/IEC 9797-1: a byte 80, and 00 to the end of the block.
#pragma once

#include <optional>

#include "bytes/bytes.hpp"

namespace perso::channel {

/// `data` padded to whole blocks of `block_size` bytes, always by one byte at least.
Bytes padded(ByteView data, std::size_t block_size);

/// The same in place, behind what a buffer holds.
void pad(Bytes& data, std::size_t block_size);

/// The data in front of the padding; nullopt where there is none.
std::optional<ByteView> unpadded(ByteView data);

}  // namespace perso::channel
