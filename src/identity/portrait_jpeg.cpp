#include <turbojpeg.h>

#include <memory>

#include "identity/portrait_codec.hpp"
#include "identity/portrait_reader.hpp"

namespace perso::identity {

namespace {

constexpr int least_quality = 30;
constexpr int most_quality = 100;
constexpr int full_colour_quality = 90;

struct EndHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, EndHandle>;

Handle started(tjhandle handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return Handle(handle);
}

/// Compresses the same pixels again and again, into the same memory.
class Compressor {
 public:
  explicit Compressor(const Pixels& pixels)
      : pixels_(pixels),
        handle_(started(tjInitCompress())),
        out_(tjBufSize(pixels.width, pixels.height, TJSAMP_444)) {}

  ByteView at(int quality, int subsampling) {
    unsigned char* out = out_.data();
    unsigned long size = out_.size();
    if (tjCompress2(handle_.get(), pixels_.samples.data(), pixels_.width, 0, pixels_.height,
                    pixels_.channels == 1 ? TJPF_GRAY : TJPF_RGB, &out, &size, subsampling, quality,
                    TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT) != 0)
      refuse_portrait("cannot be compressed");
    return ByteView(out_).first(size);
  }

 private:
  const Pixels& pixels_;
  Handle handle_;
  Bytes out_;
};

}  // namespace

Pixels decode_jpeg(const PictureFacts& facts, bool grey, int halvings) {
  const Handle handle = started(tjInitDecompress());
  const tjscalingfactor factor{1, 1 << halvings};
  Pixels pixels{
      TJSCALED(facts.header.width, factor), TJSCALED(facts.header.height, factor), grey ? 1 : 3, {}};
  pixels.samples.resize(static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) *
                        static_cast<std::size_t>(pixels.channels));
  if (tjDecompress2(handle.get(), facts.coded.data(), static_cast<unsigned long>(facts.coded.size()),
                    pixels.samples.data(), pixels.width, 0, pixels.height, grey ? TJPF_GRAY : TJPF_RGB,
                    TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT) != 0)
    refuse_portrait("is a damaged JPEG file or one that is cut short");
  return pixels;
}

std::optional<Bytes> encode_jpeg(const Pixels& pixels, std::size_t max_bytes) {
  Compressor compressor(pixels);
  int subsampling = TJSAMP_GRAY;
  if (pixels.channels == 3) {
    const bool fits = compressor.at(full_colour_quality, TJSAMP_444).size() <= max_bytes;
    subsampling = fits ? TJSAMP_444 : TJSAMP_420;
  }
  std::optional<Bytes> best;
  for (int fits = least_quality - 1, too_large = most_quality + 1; too_large - fits > 1;) {
    const int quality = (fits + too_large) / 2;
    const ByteView jpeg = compressor.at(quality, subsampling);
    if (jpeg.size() > max_bytes) {
      too_large = quality;
      continue;
    }
    fits = quality;
    best.emplace(jpeg.begin(), jpeg.end());
  }
  return best;
}

}  // namespace perso::identity
