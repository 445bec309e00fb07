// Portraits as JPEG files: checked before anything is decoded.
#pragma once

#include "bytes/bytes.hpp"

namespace perso::identity {

struct PortraitLimits {
  int width = 0;  // pixels, exactly
  int height = 0;
  std::size_t max_bytes = 0;  // of the file
};

/// Checks that `jpeg` is one whole JPEG of these dimensions, in RGB or grey. The header is judged
/// first: nothing is decoded, and no memory taken for it, above the limits.
/// @throws Error Code::portrait_invalid: what is wrong, and what is wanted
void check_portrait(ByteView jpeg, const PortraitLimits& limits);

struct PortraitSize {
  int width = 0;  // pixels
  int height = 0;
  bool grey = false;  // one channel instead of three
};
/// From the JPEG header alone. @throws Error Code::portrait_invalid
PortraitSize portrait_size(ByteView jpeg);

}  // namespace perso::identity
