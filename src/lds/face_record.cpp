#include "lds/face_record.hpp"

#include <algorithm>
#include <array>

namespace perso::lds {

namespace {

using identity::PictureFormat;

constexpr std::size_t feature_point_size = 8;

bool begins_with(ByteView bytes, ByteView magic) {
  return bytes.size() >= magic.size() && std::ranges::equal(bytes.first(magic.size()), magic);
}

/// What the image itself says that it is.
PictureFormat format_of(ByteView image, const FileReader& record) {
  constexpr std::array<std::uint8_t, 3> jpeg{0xFF, 0xD8, 0xFF};
  constexpr std::array<std::uint8_t, 8> jp2{0, 0, 0, 12, 'j', 'P', ' ', ' '};
  constexpr std::array<std::uint8_t, 4> codestream{0xFF, 0x4F, 0xFF, 0x51};
  const bool is_jpeg = begins_with(image, jpeg);
  record.require(is_jpeg || begins_with(image, jp2) || begins_with(image, codestream),
                 "the face image is neither JPEG nor JPEG 2000");
  return is_jpeg ? PictureFormat::jpeg : PictureFormat::jpeg2000;
}

FaceImage face_of(ByteView image, const FileReader& record) {
  FaceImage face;
  face.image.assign(image.begin(), image.end());
  face.header.format = format_of(image, record);
  return face;
}

/// The facial information block (5.5) of the first image, whose length may lie.
ByteView first_block(const FileReader& record) {
  const ByteView bytes = record.rest();
  if (be32(slice(bytes, 8, 4)) != bytes.size())
    record.deviation("the facial record says another length than it has");
  const std::size_t images = be16(slice(bytes, 12, 2));
  record.require(images >= 1, "the facial record holds no image");
  const ByteView blocks = bytes.subspan(record_header_size);
  const std::size_t size = be32(blocks);
  const bool fits = images == 1 ? size == blocks.size() : size < blocks.size();
  if (!fits) record.deviation("a facial information block says a length that cannot be");
  return fits ? blocks.first(size) : blocks;
}

FaceImage read_19794_5(const FileReader& record) {
  record.require(
      begins_with(record.rest().subspan(facial_record_magic.size()), as_bytes(facial_record_version)),
      "the facial record is not of version 010");
  record.require(
      record.rest().size() >= record_header_size + facial_information_size + image_information_size,
      "the facial record is shorter than its headers");
  const ByteView block = first_block(record);
  record.require(block.size() >= facial_information_size, "a facial information block is cut short");
  const std::size_t image_at = facial_information_size + feature_point_size * be16(slice(block, 4, 2));
  record.require(block.size() > image_at + image_information_size,
                 "a facial information block holds no image");
  const ByteView information = slice(block, image_at, image_information_size);
  FaceImage face = face_of(block.subspan(image_at + image_information_size), record);
  if (information[1] != (face.header.format == PictureFormat::jpeg ? data_type_jpeg : data_type_jpeg2000))
    record.deviation("the face image is said to be of another format than it is");
  face.header.width = be16(slice(information, 2, 2));
  face.header.height = be16(slice(information, 4, 2));
  face.header.grey = information[6] == colour_grey8;
  return face;
}

// ISO/IEC 39794-5:2019: ASN.1 with automatic tags, here those on the way to the image.
namespace tag {
constexpr tlv::Tag face_image_data{0x65};  // [APPLICATION 5]
constexpr tlv::Tag representations{0xA1};  // in FaceImageDataBlock
constexpr tlv::Tag representation{0x30};
constexpr tlv::Tag image{0xA1};  // in RepresentationBlock
constexpr tlv::Tag base{0xA0};
constexpr tlv::Tag image_2d{0xA0};
constexpr tlv::Tag data_2d{0x80};
constexpr tlv::Tag information_2d{0xA1};
constexpr tlv::Tag size{0xA7};  // in ImageInformation2DBlock
constexpr tlv::Tag width{0x80};
constexpr tlv::Tag height{0x81};
}  // namespace tag

FileReader child(const FileReader& elements, tlv::Tag wanted) {
  const auto found = elements.find(wanted);
  elements.require(found.has_value(), "the face record of ISO/IEC 39794-5 holds no image that can be read");
  return elements.inside(*found);
}

/// 0 where it is not said.
int length_in(const FileReader& size, tlv::Tag side) {
  const auto found = size.find(side);
  if (!found || found->value.empty() || found->value.size() > 3) return 0;
  int length = 0;
  for (const std::uint8_t byte : found->value) length = length << 8 | byte;
  return length;
}

FaceImage read_39794_5(const FileReader& record) {
  const FileReader first =
      child(child(child(record, tag::face_image_data), tag::representations), tag::representation);
  const FileReader image = child(child(child(first, tag::image), tag::base), tag::image_2d);
  FaceImage face = face_of(child(image, tag::data_2d).rest(), record);
  const auto information = image.find(tag::information_2d);
  const auto size = information ? image.inside(*information).find(tag::size) : std::nullopt;
  if (!size) return face;
  face.header.width = length_in(image.inside(*size), tag::width);
  face.header.height = length_in(image.inside(*size), tag::height);
  return face;
}

}  // namespace

FaceImage read_face_record(const FileReader& record) {
  if (begins_with(record.rest(), as_bytes(facial_record_magic))) return read_19794_5(record);
  const bool wrapped = !record.rest().empty() && record.rest()[0] == 0xA1;
  return read_39794_5(wrapped ? child(record, tlv::Tag{0xA1}) : record);
}

}  // namespace perso::lds
