// EF.DG2 (ICAO 9303-10 4.7.2): a face image in a biometric information template group. Written as an ISO/IEC
// 19794-5:2005 record; read as one of ISO/IEC 39794-5 too.
#pragma once

#include "bytes/deviations.hpp"
#include "identity/portrait.hpp"

namespace perso::lds {

/// What surrounds a picture of up to 65,000 bytes in EF.DG2, at most, in bytes.
inline constexpr std::size_t dg2_overhead = 88;

/// `75 { 7F61 { 02 01, 7F60 { A1 header, 5F2E record } } }`. The record: facial record header (14 bytes),
/// facial information (20), image information (12), JPEG or JPEG 2000; full frontal, no feature points.
/// Format, width, height and colour come from the picture's header.
/// @throws Error Code::portrait_invalid where that is no such header
Bytes encode_dg2(ByteView picture);

struct FaceImage {
  Bytes image;
  /// Width, height and colour as the record says them, 0 where it does not, and no resolution; the format as
  /// the image's first bytes tell it.
  identity::PictureHeader header;
};

/// The first image of the first template; others are not looked at. Deviations: what the biometric header
/// leaves out or says wrongly, lengths and counts that lie, a format that is not the image's, bytes behind.
/// @throws Error Code::malformed, also for an image that is neither JPEG nor JPEG 2000
FaceImage parse_dg2(ByteView file, Deviations& deviations);
/// Strictly.
FaceImage parse_dg2(ByteView file);

}  // namespace perso::lds
