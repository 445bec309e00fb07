#include "lds/dg2.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "lds/element.hpp"

namespace perso::lds {

namespace {

constexpr tlv::Tag dg2_tag{0x75};
constexpr tlv::Tag group_tag{0x7F61};
constexpr tlv::Tag count_tag{0x02};
constexpr tlv::Tag template_tag{0x7F60};
constexpr tlv::Tag header_tag{0xA1};
constexpr tlv::Tag header_version_tag{0x80};
constexpr tlv::Tag biometric_type_tag{0x81};
constexpr tlv::Tag biometric_subtype_tag{0x82};
constexpr tlv::Tag format_owner_tag{0x87};
constexpr tlv::Tag format_type_tag{0x88};
constexpr tlv::Tag record_tag{0x5F2E};
constexpr tlv::Tag record_constructed_tag{0x7F2E};

constexpr std::uint8_t facial_features = 0x02;
const std::string_view record_magic(
    "FAC\0"
    "010\0",
    8);  // format identifier and version, ISO/IEC 19794-5:2005 5.4
constexpr std::size_t record_header_size = 14;
constexpr std::size_t facial_information_size = 20;
constexpr std::size_t feature_point_size = 8;
constexpr std::size_t image_information_size = 12;

// ISO/IEC 19794-5:2005 5.7
constexpr std::uint8_t full_frontal = 0x01;
constexpr std::uint8_t data_type_jpeg = 0x00;
constexpr std::uint8_t data_type_jpeg2000 = 0x01;
constexpr std::uint8_t colour_rgb24 = 0x01;
constexpr std::uint8_t colour_grey8 = 0x03;

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, what);
}

/// Facial information block and image information block (5.5, 5.7): everything that is not said is 0,
/// "unspecified".
Bytes image_headers(const identity::PictureHeader& picture, std::size_t picture_size) {
  Bytes out;
  append_be32(out,
              static_cast<std::uint32_t>(facial_information_size + image_information_size + picture_size));
  out.resize(facial_information_size,
             0);  // points, gender, colours of eye and hair, features, expression, pose
  out.push_back(full_frontal);
  out.push_back(picture.format == identity::PictureFormat::jpeg ? data_type_jpeg : data_type_jpeg2000);
  append_be16(out, static_cast<std::uint16_t>(picture.width));
  append_be16(out, static_cast<std::uint16_t>(picture.height));
  out.push_back(picture.grey ? colour_grey8 : colour_rgb24);
  out.resize(facial_information_size + image_information_size, 0);  // source, device, quality
  return out;
}

Bytes record_header(std::size_t record_size) {
  Bytes out;
  append(out, as_bytes(record_magic));
  append_be32(out, static_cast<std::uint32_t>(record_size));
  append_be16(out, 1);  // images
  return out;
}

FaceImage parse_record(ByteView record) {
  require(record.size() >= record_header_size + facial_information_size + image_information_size,
          "EF.DG2: the facial record is shorter than its headers");
  require(std::ranges::equal(slice(record, 0, record_magic.size()), as_bytes(record_magic)),
          "EF.DG2: the biometric data is no facial record of version 010");
  require(be32(slice(record, 8, 4)) == record.size(),
          "EF.DG2: the facial record says another length than it has");
  require(be16(slice(record, 12, 2)) >= 1, "EF.DG2: the facial record holds no image");
  const ByteView block = record.subspan(record_header_size);
  const std::size_t block_size = be32(block);
  const std::size_t image_at = facial_information_size + feature_point_size * be16(slice(block, 4, 2));
  require(block_size <= block.size() && block_size > image_at + image_information_size,
          "EF.DG2: a facial information block says a length that cannot be");
  const ByteView image = slice(block, image_at, image_information_size);
  require(image[1] == data_type_jpeg || image[1] == data_type_jpeg2000,
          "EF.DG2: the face image is neither JPEG nor JPEG 2000");
  FaceImage face;
  face.header.format =
      image[1] == data_type_jpeg ? identity::PictureFormat::jpeg : identity::PictureFormat::jpeg2000;
  face.header.width = be16(slice(image, 2, 2));
  face.header.height = be16(slice(image, 4, 2));
  face.header.grey = image[6] == colour_grey8;
  const ByteView picture = block.first(block_size).subspan(image_at + image_information_size);
  face.image.assign(picture.begin(), picture.end());
  return face;
}

}  // namespace

Bytes encode_dg2(ByteView picture) {
  const Bytes header = tlv::encode(header_tag, {tlv::encode(header_version_tag, Bytes{0x01, 0x01}),
                                                tlv::encode(biometric_type_tag, Bytes{facial_features}),
                                                tlv::encode(biometric_subtype_tag, Bytes{0x00}),
                                                tlv::encode(format_owner_tag, Bytes{0x01, 0x01}),
                                                tlv::encode(format_type_tag, Bytes{0x00, 0x08})});
  const Bytes images = image_headers(identity::read_picture_header(picture), picture.size());
  const Bytes record = tlv::encode(
      record_tag, {record_header(record_header_size + images.size() + picture.size()), images, picture});
  return tlv::encode(dg2_tag, {tlv::encode(group_tag, {tlv::encode(count_tag, Bytes{1}),
                                                       tlv::encode(template_tag, {header, record})})});
}

FaceImage parse_dg2(ByteView file) {
  tlv::Reader group(only_element(only_element(file, dg2_tag), group_tag));
  const ByteView count = group.expect(count_tag).value;
  require(count.size() == 1 && count[0] >= 1, "EF.DG2: the number of templates is not one byte above 0");
  tlv::Reader biometric(group.expect(template_tag).value);
  const ByteView header = biometric.expect(header_tag).value;
  const auto type = tlv::find(header, biometric_type_tag);
  require(!type || (type->value.size() == 1 && type->value[0] == facial_features),
          "EF.DG2: the first template is not facial");
  const tlv::Element record = biometric.next();
  require(record.tag == record_tag || record.tag == record_constructed_tag,
          "EF.DG2: the first template holds no biometric data in tag 5F2E or 7F2E");
  return parse_record(record.value);
}

}  // namespace perso::lds
