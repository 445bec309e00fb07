#include <algorithm>
#include <cmath>

#include "identity/portrait_header.hpp"
#include "identity/portrait_reader.hpp"

namespace perso::identity {

namespace {

// ITU-T T.81 table B.1
constexpr std::uint8_t sof_baseline = 0xC0;
constexpr std::uint8_t sof_extended = 0xC1;
constexpr std::uint8_t sof_progressive = 0xC2;
constexpr std::uint8_t huffman_tables = 0xC4;
constexpr std::uint8_t reserved_jpg = 0xC8;
constexpr std::uint8_t arithmetic_conditioning = 0xCC;
constexpr std::uint8_t sof_last = 0xCF;
constexpr std::uint8_t restart_first = 0xD0;
constexpr std::uint8_t restart_last = 0xD7;
constexpr std::uint8_t end_of_image = 0xD9;
constexpr std::uint8_t start_of_scan = 0xDA;
constexpr std::uint8_t quantization_tables = 0xDB;
constexpr std::uint8_t restart_interval = 0xDD;
constexpr std::uint8_t app0 = 0xE0;
constexpr std::uint8_t app1 = 0xE1;
constexpr std::uint8_t app14 = 0xEE;

/// The usual progressive files have 10. Each scan passes over the whole picture, however few bytes it has.
constexpr int most_scans = 20;
/// The decoder can leave out the higher frequencies of its blocks of 8 by 8.
constexpr int most_halvings = 3;

constexpr double centimetres_an_inch = 2.54;

/// Any number of FF may stand before a marker's code.
std::uint8_t next_marker(PictureCursor& cursor) {
  if (cursor.u8() != 0xFF) refuse_portrait("is a damaged JPEG file: no marker where one has to be");
  std::uint8_t code = cursor.u8();
  while (code == 0xFF) code = cursor.u8();
  return code;
}

bool is_frame(std::uint8_t marker) {
  return marker >= sof_baseline && marker <= sof_last && marker != huffman_tables && marker != reserved_jpg &&
         marker != arithmetic_conditioning;
}

/// A marker of the header or between scans that brings a segment.
bool has_segment(std::uint8_t marker) {
  return marker == huffman_tables || marker >= quantization_tables || marker == start_of_scan;
}

void read_frame(std::uint8_t marker, ByteView segment, PictureFacts& facts) {
  if (marker != sof_baseline && marker != sof_extended && marker != sof_progressive)
    refuse_portrait("is lossless, hierarchical or arithmetic JPEG; save it as baseline");
  PictureCursor frame(segment);
  if (frame.u8() != 8) refuse_portrait("has not 8 bits a sample; it has to");
  facts.header.height = frame.u16();
  facts.header.width = frame.u16();
  if (facts.header.width == 0 || facts.header.height == 0) refuse_portrait("says no width or no height");
  const std::uint8_t components = frame.u8();
  if (components != 1 && components != 3)
    refuse_portrait("has " + std::to_string(components) + " components; it has to be in RGB or grey");
  frame.take(3U * components);
  if (!frame.at_end()) refuse_portrait("is a damaged JPEG file: a frame header too long");
  facts.header.grey = components == 1;
  facts.plain = marker == sof_baseline;
}

/// Whether an application segment is of this identifier and has the fields behind it.
bool is_application(ByteView segment, std::string_view identifier, std::size_t least_size) {
  return segment.size() >= least_size &&
         std::ranges::equal(segment.first(identifier.size()), as_bytes(identifier));
}

/// JFIF 1.02: identifier, version (2), units, horizontal and vertical density (2 each), the thumbnail's width
/// and height, and the thumbnail.
constexpr std::size_t jfif_size = 14;
bool is_jfif(ByteView segment) {
  return is_application(segment, std::string_view("JFIF\0", 5), jfif_size);
}

/// T.872 6.5.3: identifier, version (2), flags (4), and whether the colours were transformed.
constexpr std::size_t adobe_size = 12;
bool is_adobe(ByteView segment) {
  return is_application(segment, "Adobe", adobe_size);
}

void read_jfif(ByteView segment, PictureHeader& header) {
  if (!is_jfif(segment)) return;
  const int density = std::min(be16(segment.subspan(8)), be16(segment.subspan(10)));
  if (segment[7] == 1) header.dots_per_inch = density;
  if (segment[7] == 2) header.dots_per_inch = static_cast<int>(std::lround(density * centimetres_an_inch));
}

/// A TIFF structure with its first directory. What it does not hold reads as 0: a damaged Exif segment says
/// nothing, and the picture is as good without it.
class Exif {
 public:
  explicit Exif(ByteView tiff) : tiff_(tiff), little_(!tiff.empty() && tiff[0] == 'I') {
    const bool tagged = number(2, 2) == 42;
    directory_ = tagged ? number(4, 4) : tiff_.size();
    entries_ = number(directory_, 2);
  }

  std::uint32_t short_of(std::uint32_t tag) const { return number(entry(tag) + 8, 2); }
  double rational_of(std::uint32_t tag) const {
    const std::size_t at = number(entry(tag) + 8, 4);
    const std::uint32_t denominator = number(at + 4, 4);
    // At 0 stands the header: that is a tag which is not there.
    return at == 0 || denominator == 0 ? 0 : static_cast<double>(number(at, 4)) / denominator;
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > tiff_.size() || size > tiff_.size() - at) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | tiff_[little_ ? at + size - 1 - i : at + i];
    return value;
  }
  /// Where the entry of a tag begins; the end where there is none.
  std::size_t entry(std::uint32_t tag) const {
    for (std::size_t i = 0; i < entries_; ++i) {
      const std::size_t at = directory_ + 2 + 12 * i;
      if (at >= tiff_.size()) break;
      if (number(at, 2) == tag) return at;
    }
    return tiff_.size();
  }

  ByteView tiff_;
  bool little_ = false;
  std::size_t directory_ = 0;
  std::size_t entries_ = 0;
};

void read_exif(ByteView segment, PictureHeader& header) {
  constexpr std::string_view identifier("Exif\0\0", 6);
  if (!is_application(segment, identifier, identifier.size())) return;
  constexpr std::uint32_t orientation_tag = 0x0112, x_resolution_tag = 0x011A, y_resolution_tag = 0x011B,
                          resolution_unit_tag = 0x0128;
  const Exif exif(segment.subspan(identifier.size()));
  // A reader of the chip shows the picture as it is stored.
  if (exif.short_of(orientation_tag) > 1)
    refuse_portrait("is stored turned or mirrored (Exif orientation); save it upright");
  if (header.dots_per_inch != 0) return;
  const double density = std::min(exif.rational_of(x_resolution_tag), exif.rational_of(y_resolution_tag));
  const bool centimetres = exif.short_of(resolution_unit_tag) == 3;
  header.dots_per_inch =
      static_cast<int>(std::lround(std::min(density, 65535.0) * (centimetres ? centimetres_an_inch : 1)));
}

/// Up to where FF is followed by neither 00 (a data byte FF) nor a restart.
ByteView take_coded_data(ByteView file, PictureCursor& cursor) {
  const std::size_t start = cursor.at();
  for (;;) {
    const ByteView rest = file.subspan(cursor.at());
    const auto found = std::ranges::find(rest, std::uint8_t{0xFF});
    cursor.take(static_cast<std::size_t>(found - rest.begin()));
    PictureCursor ahead = cursor;
    const std::uint8_t code = next_marker(ahead);
    if (code != 0 && (code < restart_first || code > restart_last))
      return file.subspan(start, cursor.at() - start);
    cursor = ahead;
  }
}

void append_segment(Bytes& out, std::uint8_t marker, ByteView contents) {
  append(out, Bytes{0xFF, marker});
  append_be16(out, static_cast<std::uint16_t>(contents.size() + 2));
  append(out, contents);
}

/// Whether the picture is coded with it, of what a baseline file may hold.
bool is_needed(std::uint8_t marker) {
  return marker == sof_baseline || marker == huffman_tables || marker == quantization_tables ||
         marker == restart_interval || marker == start_of_scan;
}

}  // namespace

PictureFacts read_jpeg_facts(ByteView file) {
  PictureFacts facts;
  facts.coded = file;
  facts.halvings = most_halvings;
  PictureCursor cursor(file);
  cursor.take(2);
  for (bool framed = false;;) {
    facts.data_at = cursor.at();
    const std::uint8_t marker = next_marker(cursor);
    if (marker == start_of_scan) {
      if (!framed) refuse_portrait("is a damaged JPEG file: no frame header before its data");
      return facts;
    }
    if (!is_frame(marker) && !has_segment(marker))
      refuse_portrait("is a damaged JPEG file: a marker that no header has");
    const ByteView segment = cursor.segment();
    if (marker == app0) read_jfif(segment, facts.header);
    if (marker == app1) read_exif(segment, facts.header);
    if (!is_frame(marker)) continue;
    if (framed) refuse_portrait("holds more than one picture");
    read_frame(marker, segment, facts);
    framed = true;
  }
}

void require_whole_jpeg(const PictureFacts& facts) {
  PictureCursor cursor(facts.coded, facts.data_at);
  for (int scans = 0;;) {
    const std::uint8_t marker = next_marker(cursor);
    if (marker == end_of_image) break;
    if (!has_segment(marker)) refuse_portrait("is a damaged JPEG file: a marker that no scan has");
    cursor.segment();
    if (marker != start_of_scan) continue;
    if (++scans > most_scans)
      refuse_portrait("has more than " + std::to_string(most_scans) + " scans; save it as baseline JPEG");
    take_coded_data(facts.coded, cursor);
  }
  if (!cursor.at_end()) refuse_portrait("does not end where its JPEG data ends");
}

Bytes strip_jpeg(const PictureFacts& facts) {
  Bytes stripped{0xFF, 0xD8};
  PictureCursor cursor(facts.coded, stripped.size());
  for (;;) {
    // Colours are settled when the first scan begins: what comes later says nothing about them.
    const bool ahead_of_scans = cursor.at() < facts.data_at;
    const std::uint8_t marker = next_marker(cursor);
    if (marker == end_of_image) break;
    const ByteView segment = cursor.segment();
    if (is_needed(marker)) append_segment(stripped, marker, segment);
    if (marker == start_of_scan) append(stripped, take_coded_data(facts.coded, cursor));
    if (marker == app0 && ahead_of_scans && is_jfif(segment))
      append_segment(stripped, app0, concat({segment.first(jfif_size - 2), Bytes{0, 0}}));
    if (marker == app14 && ahead_of_scans && is_adobe(segment))
      append_segment(stripped, app14, segment.first(adobe_size));
  }
  append(stripped, Bytes{0xFF, end_of_image});
  return stripped;
}

}  // namespace perso::identity
