// Portraits: JPEG and JPEG 2000 pictures as they come from a customer, and as they stand on a chip.
#pragma once

#include "bytes/bytes.hpp"

namespace perso::identity {

enum class PictureFormat { jpeg, jpeg2000 };

/// From the header alone.
struct PictureHeader {
  PictureFormat format = PictureFormat::jpeg;
  int width = 0;  // pixels
  int height = 0;
  bool grey = false;      // one channel instead of three
  int dots_per_inch = 0;  // 0 where the file does not say
  bool operator==(const PictureHeader&) const = default;
};

/// What a profile asks of portraits.
struct PortraitRules {
  int width = 0;  // pixels on the chip, exactly
  int height = 0;
  std::size_t max_bytes = 0;                   // on the chip
  PictureFormat format = PictureFormat::jpeg;  // on the chip
  bool grey = false;                           // on the chip
  std::size_t max_source_bytes = 1 << 20;      // of the file that an order brings
  int max_source_side = 4096;                  // pixels
  int least_dots_per_inch = 0;                 // that the file must say, where it says any; 0: any
  int aspect_tolerance_percent = 2;            // that the source's aspect may be off before it is refused
};

/// Reads the header. Nothing is decoded. @throws Error Code::portrait_invalid for what is neither
PictureHeader read_picture_header(ByteView file);

/// Checks that `source` is one whole JPEG or JPEG 2000 picture that can become a portrait by these rules:
/// size of the file, dimensions (at least those on the chip), aspect, resolution, colour (RGB or grey, 8
/// bits), stored upright. The header is judged first: nothing is decoded, and no memory taken for it, above
/// the limits. Then it is decoded once.
/// @throws Error Code::portrait_invalid: what is wrong, and what is wanted
void check_portrait(ByteView source, const PortraitRules& rules);

/// The picture for the chip: exactly the rules' width, height, format and colour, at the best quality that
/// fits into `max_bytes`, cut from the middle of the source and scaled down. A source that is so already
/// (baseline JPEG, or JPEG 2000) keeps its coded data, and so every pixel. Nothing else of a source comes to
/// the chip, whatever else it holds: place, camera, thumbnail, comment, colour profile. A JPEG keeps its JFIF
/// and Adobe segments, plain ones. Deterministic; and what was prepared is prepared to the very same bytes.
/// @throws Error Code::portrait_invalid as `check_portrait`, and where even the least quality does not fit
Bytes prepare_portrait(ByteView source, const PortraitRules& rules);

}  // namespace perso::identity
