#include "identity/portrait_header.hpp"

#include <algorithm>
#include <array>

#include "identity/portrait_reader.hpp"

namespace perso::identity {

namespace {

constexpr std::array<std::uint8_t, 3> jpeg_magic{0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 4> codestream_magic{0xFF, 0x4F, 0xFF, 0x51};
constexpr std::array<std::uint8_t, 8> jp2_magic{0, 0, 0, 12, 'j', 'P', ' ', ' '};

bool begins_with(ByteView file, ByteView magic) {
  return file.size() >= magic.size() && std::ranges::equal(file.first(magic.size()), magic);
}

}  // namespace

PictureFacts read_picture_facts(ByteView file) {
  if (begins_with(file, jpeg_magic)) return read_jpeg_facts(file);
  if (begins_with(file, jp2_magic) || begins_with(file, codestream_magic)) return read_jpeg2000_facts(file);
  refuse_portrait("is neither JPEG nor JPEG 2000; it has to be one of them");
}

PictureHeader read_picture_header(ByteView file) {
  return read_picture_facts(file).header;
}

}  // namespace perso::identity
