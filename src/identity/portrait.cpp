#include "identity/portrait.hpp"

#include <turbojpeg.h>

#include <memory>
#include <string>

#include "bytes/error.hpp"

namespace perso::identity {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Code::portrait_invalid, "the portrait " + what);
}

struct EndDecoder {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};
using Decoder = std::unique_ptr<void, EndDecoder>;

Decoder make_decoder() {
  Decoder decoder(tjInitDecompress());
  if (!decoder) refuse("cannot be checked: the JPEG decoder did not start");
  return decoder;
}

PortraitSize read_header(const Decoder& decoder, ByteView jpeg) {
  PortraitSize size;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(decoder.get(), jpeg.data(), static_cast<unsigned long>(jpeg.size()), &size.width,
                          &size.height, &subsampling, &colours) != 0)
    refuse("is no JPEG file; it has to be one");
  if (colours == TJCS_CMYK || colours == TJCS_YCCK)
    refuse("is in printing colours; it has to be in RGB or grey");
  size.grey = colours == TJCS_GRAY;
  return size;
}

/// Decodes everything, for its faults alone. An eighth of the size needs every coded byte and little of the
/// arithmetic.
void decode(const Decoder& decoder, ByteView jpeg, PortraitSize size) {
  constexpr tjscalingfactor eighth{1, 8};
  const int width = TJSCALED(size.width, eighth);
  const int height = TJSCALED(size.height, eighth);
  Bytes pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  if (tjDecompress2(decoder.get(), jpeg.data(), static_cast<unsigned long>(jpeg.size()), pixels.data(), width,
                    0, height, TJPF_GRAY, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_FASTDCT) != 0)
    refuse("is a damaged JPEG file or one that is cut short");
}

}  // namespace

void check_portrait(ByteView jpeg, const PortraitLimits& limits) {
  if (jpeg.size() > limits.max_bytes)
    refuse("has " + std::to_string(jpeg.size()) + " bytes; at most " + std::to_string(limits.max_bytes) +
           " are allowed");
  const Decoder decoder = make_decoder();
  const PortraitSize size = read_header(decoder, jpeg);
  if (size.width != limits.width || size.height != limits.height)
    refuse("is " + std::to_string(size.width) + " by " + std::to_string(size.height) +
           " pixels; it has to be " + std::to_string(limits.width) + " by " + std::to_string(limits.height));
  // What follows the end marker is no part of the picture.
  if (jpeg[jpeg.size() - 2] != 0xFF || jpeg.back() != 0xD9) refuse("does not end where its JPEG data ends");
  decode(decoder, jpeg, size);
}

PortraitSize portrait_size(ByteView jpeg) {
  return read_header(make_decoder(), jpeg);
}

}  // namespace perso::identity
