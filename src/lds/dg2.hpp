// EF.DG2 (ICAO 9303-10 4.7.2): one face image as an ISO/IEC 19794-5:2005 record in a biometric information
// template group.
#pragma once

#include "identity/portrait.hpp"

namespace perso::lds {

/// What surrounds a JPEG of up to 65,000 bytes in EF.DG2, at most, in bytes.
inline constexpr std::size_t dg2_overhead = 88;

/// `75 { 7F61 { 02 01, 7F60 { A1 header, 5F2E record } } }`. The record: facial record header (14 bytes),
/// facial information (20), image information (12), JPEG; full frontal, no feature points. Width, height and
/// colour come from the JPEG's header.
/// @throws Error Code::portrait_invalid where that is no JPEG header
Bytes encode_dg2(ByteView jpeg);

struct FaceImage {
  Bytes jpeg;
  identity::PortraitSize size;  // as the record says it
};

/// The first image of the first template. @throws Error Code::malformed, also for an image that is not JPEG
FaceImage parse_dg2(ByteView file);

}  // namespace perso::lds
