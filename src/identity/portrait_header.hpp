// Picture headers as their files give them, read by this code alone, so that no library sees a byte of a
// picture that is not of a kind that portraits may be.
#pragma once

#include "identity/portrait.hpp"

namespace perso::identity {

/// What a header says, and what decoding takes.
struct PictureFacts {
  PictureHeader header;
  ByteView coded;           // for the decoder: a JPEG file, a JPEG 2000 codestream; part of the file
  std::size_t data_at = 0;  // in `coded`: its first scan or tile-part
  std::size_t tiles = 1;    // JPEG 2000
  int halvings = 0;         // how often both sides may be halved while it is decoded
  bool plain = false;       // what every reader takes: baseline JPEG; any JPEG 2000 that is read at all
};

/// Refuses every kind of picture that a portrait may not be: 1 or 3 components of 8 bits, not subsampled in
/// JPEG 2000, at most 65,535 pixels a side.
/// @throws Error Code::portrait_invalid
PictureFacts read_picture_facts(ByteView file);

/// ITU-T T.81 annex B: baseline, extended sequential or progressive, Huffman coded; JFIF or Exif tell the
/// resolution. Stops before the first scan.
PictureFacts read_jpeg_facts(ByteView file);

/// ITU-T T.800 annexes A and I: a JP2 file without palette and channel definitions, or a bare codestream.
/// Stops before the first tile-part.
PictureFacts read_jpeg2000_facts(ByteView file);

/// Follows the coded data from marker to marker to its end, which has to be that of `facts.coded`. Nothing is
/// decoded. Bounds the scans of a JPEG and the tile-parts of a JPEG 2000 picture, each of which costs time.
/// @throws Error Code::portrait_invalid
void require_whole_jpeg(const PictureFacts& facts);
void require_whole_jpeg2000(const PictureFacts& facts);

/// The same coded data in a file that holds nothing else, so that neither person nor place, device nor
/// software is told of. Of a whole plain JPEG: its tables, frame, scans and restarts, and what settles its
/// colours: JFIF without thumbnail, and Adobe's segment.
Bytes strip_jpeg(const PictureFacts& facts);

/// Likewise, of a whole JPEG 2000 picture: a JP2 file whose boxes are the required ones, in sRGB or grey by
/// number (T.800 I.5), around a codestream without comments and pointers.
Bytes strip_jpeg2000(const PictureFacts& facts);

}  // namespace perso::identity
