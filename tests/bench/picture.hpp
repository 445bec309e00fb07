// Pictures as large and as busy as portraits are, and plainly of nobody.
#pragma once

#include <vector>

#include "bytes/bytes.hpp"

namespace perso::bench {

/// As photographers deliver them: 1,200 by 1,500 pixels, some 170 KB.
std::vector<Bytes> source_pictures(std::size_t count);
/// As prc-2023 wants them on the chip, taken as they are: 358 by 441 pixels, 15 to 20 KB.
std::vector<Bytes> chip_pictures(std::size_t count);

/// Decodes a JPEG in full, for the time that it takes.
void decode_picture(const Bytes& jpeg);

}  // namespace perso::bench
