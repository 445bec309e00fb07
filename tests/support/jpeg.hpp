// Portraits for tests: plain gradients, which nobody takes for a photograph.
#pragma once

#include <turbojpeg.h>

#include <stdexcept>

#include "bytes/bytes.hpp"

namespace perso::test {

/// A baseline JPEG of these dimensions (TJSAMP_420), or a grey or progressive one.
inline Bytes make_jpeg(int width, int height, bool grey = false, bool progressive = false, int quality = 75) {
  const int channels = grey ? 1 : 3;
  Bytes pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>(c == 1 ? 255 * y / height : 255 * x / width));
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const tjhandle encoder = tjInitCompress();
  const int failed =
      tjCompress2(encoder, pixels.data(), width, 0, height, grey ? TJPF_GRAY : TJPF_RGB, &out, &size,
                  grey ? TJSAMP_GRAY : TJSAMP_420, quality, progressive ? TJFLAG_PROGRESSIVE : 0);
  if (failed != 0) throw std::runtime_error("no JPEG was made");
  Bytes jpeg(out, out + size);
  tjFree(out);
  tjDestroy(encoder);
  return jpeg;
}

}  // namespace perso::test
