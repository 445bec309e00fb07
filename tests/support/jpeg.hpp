// JPEG pictures for tests, made and read by libturbojpeg: plain gradients, which nobody takes for a
// photograph.
#pragma once

#include <turbojpeg.h>

#include <memory>
#include <stdexcept>

#include "bytes/bytes.hpp"

namespace perso::test {

using JpegHandle = std::unique_ptr<void, int (*)(tjhandle)>;

/// `pixels` are RGB, or grey where they are one byte each.
inline Bytes compress_jpeg(const Bytes& pixels, int width, int height, int quality, bool full_colour = false,
                           int flags = 0) {
  const JpegHandle encoder(tjInitCompress(), tjDestroy);
  const bool grey = pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const int subsampling = grey ? TJSAMP_GRAY : full_colour ? TJSAMP_444 : TJSAMP_420;
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(encoder.get(), pixels.data(), width, 0, height, grey ? TJPF_GRAY : TJPF_RGB,
                                 &out, &size, subsampling, quality, flags | TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(out, tjFree);
  if (failed != 0) throw std::runtime_error("no JPEG was made");
  return {out, out + size};
}

/// A baseline JPEG of these dimensions (TJSAMP_420), or a grey or progressive one.
inline Bytes make_jpeg(int width, int height, bool grey = false, bool progressive = false, int quality = 75) {
  const int channels = grey ? 1 : 3;
  Bytes pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>(c == 1 ? 255 * y / height : 255 * x / width));
  return compress_jpeg(pixels, width, height, quality, false, progressive ? TJFLAG_PROGRESSIVE : 0);
}

/// Its pixels: RGB, or grey where it is grey itself or `grey` is asked for.
inline Bytes decode_jpeg(const Bytes& jpeg, bool grey = false) {
  const JpegHandle decoder(tjInitDecompress(), tjDestroy);
  int width = 0, height = 0, subsampling = 0, colours = 0;
  const auto size = static_cast<unsigned long>(jpeg.size());
  if (tjDecompressHeader3(decoder.get(), jpeg.data(), size, &width, &height, &subsampling, &colours) != 0)
    throw std::runtime_error("no JPEG header");
  grey = grey || colours == TJCS_GRAY;
  Bytes pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * (grey ? 1U : 3U));
  if (tjDecompress2(decoder.get(), jpeg.data(), size, pixels.data(), width, 0, height,
                    grey ? TJPF_GRAY : TJPF_RGB, TJFLAG_ACCURATEDCT) != 0)
    throw std::runtime_error("no JPEG");
  return pixels;
}

}  // namespace perso::test
