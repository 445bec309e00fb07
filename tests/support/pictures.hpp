// Changes to picture files, byte by byte.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "bytes/bytes.hpp"

namespace perso::test {

/// Where these bytes stand first.
inline std::size_t find(const Bytes& file, std::string_view hex) {
  const Bytes wanted = from_hex(hex);
  const auto found = std::search(file.begin(), file.end(), wanted.begin(), wanted.end());
  if (found == file.end()) throw std::logic_error("the file has no such bytes");
  return static_cast<std::size_t>(found - file.begin());
}

/// The file with other bytes from `at`.
inline Bytes with(Bytes file, std::size_t at, std::string_view hex) {
  std::ranges::copy(from_hex(hex), file.begin() + static_cast<std::ptrdiff_t>(at));
  return file;
}

inline Bytes with_inserted(Bytes file, std::size_t at, ByteView more) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
  return file;
}

/// A JPEG with a segment more, in front of its quantization tables.
inline Bytes with_segment(const Bytes& jpeg, std::uint8_t marker, ByteView contents) {
  Bytes segment{0xFF, marker};
  append_be16(segment, static_cast<std::uint16_t>(contents.size() + 2));
  append(segment, contents);
  return with_inserted(jpeg, find(jpeg, "FFDB"), segment);
}

/// Units (1), horizontal and vertical density (2 each).
inline Bytes with_jfif_density(const Bytes& jpeg, ByteView density) {
  return with(jpeg, find(jpeg, "FFE0") + 11, to_hex(density));
}

/// The contents of an Exif segment: orientation, resolution unit, and both resolutions as whole numbers.
inline Bytes exif(bool little, std::uint16_t orientation, std::uint16_t unit, std::uint32_t x,
                  std::uint32_t y) {
  Bytes tiff;
  const auto number = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i)
      tiff.push_back(static_cast<std::uint8_t>(value >> 8 * (little ? i : size - 1 - i)));
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t value) {
    number(tag, 2);
    number(type, 2);
    number(1, 4);
    number(value, type == 3 ? 2 : 4);
    if (type == 3) number(0, 2);
  };
  append(tiff, as_bytes(little ? "II" : "MM"));
  number(42, 2);
  number(8, 4);
  number(4, 2);
  constexpr std::uint32_t values_at = 8 + 2 + 4 * 12 + 4;
  entry(0x0112, 3, orientation);
  entry(0x011A, 5, values_at);
  entry(0x011B, 5, values_at + 8);
  entry(0x0128, 3, unit);
  number(0, 4);
  for (const std::uint32_t part : {x, 1U, y, 1U}) number(part, 4);
  return concat({from_hex("457869660000"), tiff});
}

/// A JP2 file with a box more at the end of its header box.
inline Bytes with_header_box(Bytes jp2, ByteView box) {
  const std::size_t header = find(jp2, "6A703268") - 4;
  const std::uint32_t size = be32(ByteView(jp2).subspan(header));
  Bytes longer;
  append_be32(longer, size + static_cast<std::uint32_t>(box.size()));
  return with_inserted(with(std::move(jp2), header, to_hex(longer)), header + size, box);
}

inline Bytes with_capture_resolution(const Bytes& jp2, ByteView resolution) {
  return with_header_box(jp2, concat({from_hex("0000001A726573200000001272657363"), resolution}));
}

}  // namespace perso::test
