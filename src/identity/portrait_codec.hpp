// Pixels from pictures and back: what the two libraries are used for.
#pragma once

#include <optional>

#include "identity/portrait_header.hpp"
#include "identity/portrait_pixels.hpp"

namespace perso::identity {

/// Decodes a picture whose facts were judged, with each side halved `halvings` times (rounded up), in grey or
/// colour whatever it is itself.
/// @throws Error Code::portrait_invalid for damaged data, and for whatever the library warns of
Pixels decode_jpeg(const PictureFacts& facts, bool grey, int halvings);
Pixels decode_jpeg2000(const PictureFacts& facts, bool grey, int halvings);

/// Baseline, of the highest quality from 30 to 100 that fits; colours at full resolution where quality 90
/// fits so, else at half. nullopt where not even quality 30 fits.
std::optional<Bytes> encode_jpeg(const Pixels& pixels, std::size_t max_bytes);

/// A JP2 file of the irreversible transformation, its rate chosen so that it fits. nullopt where that is less
/// than a fifth of a bit a pixel.
std::optional<Bytes> encode_jpeg2000(const Pixels& pixels, std::size_t max_bytes);

}  // namespace perso::identity
