// Decoded pictures, and their way to the size of the chip's.
#pragma once

#include "bytes/bytes.hpp"

namespace perso::identity {

/// 8 bits a sample, rows from the top, the channels of a pixel side by side: grey, or red, green and blue.
struct Pixels {
  int width = 0;
  int height = 0;
  int channels = 0;
  Bytes samples;
};

/// Cuts both sides of the middle away until the aspect is that of `width` by `height`, and scales what is
/// left to that size, which must not be larger than the source's. Catmull-Rom, widened by the ratio so that
/// every source pixel counts; in whole numbers of fixed weights, so the same everywhere.
Pixels fit_pixels(const Pixels& source, int width, int height);

}  // namespace perso::identity
