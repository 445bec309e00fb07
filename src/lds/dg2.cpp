#include "lds/dg2.hpp"

#include <algorithm>

#include "lds/face_record.hpp"

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
constexpr std::uint8_t full_frontal = 0x01;  // ISO/IEC 19794-5:2005 5.7

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
  append(out, as_bytes(facial_record_magic));
  append(out, as_bytes(facial_record_version));
  append_be32(out, static_cast<std::uint32_t>(record_size));
  append_be16(out, 1);  // images
  return out;
}

/// The biometric header (CBEFF): it has to say that this is a face, and in whose format.
void judge_header(const FileReader& header) {
  const auto type = header.find(biometric_type_tag);
  if (!type || !std::ranges::equal(type->value, Bytes{facial_features}))
    header.deviation("the biometric header does not say that this is a face");
  if (!header.find(format_owner_tag) || !header.find(format_type_tag))
    header.deviation("the biometric header does not say the format");
}

FaceImage read_template(FileReader biometric) {
  if (const auto header = biometric.take(header_tag))
    judge_header(biometric.inside(*header));
  else
    biometric.deviation("the biometric header is not there");
  const tlv::Element record = biometric.next();
  biometric.require(record.tag == record_tag || record.tag == record_constructed_tag,
                    "the first template holds no biometric data in tag 5F2E or 7F2E");
  biometric.expect_end();
  return read_face_record(biometric.inside(record));
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

FaceImage parse_dg2(ByteView file, Deviations& deviations) {
  FileReader group = FileReader("EF.DG2", file, deviations).only(dg2_tag).only(group_tag);
  const auto count = group.take(count_tag);
  const tlv::Element first = group.expect(template_tag);
  std::size_t templates = 1;
  while (group.take(template_tag)) ++templates;
  group.expect_end();
  if (!count || count->value.size() != 1 || count->value[0] != templates)
    group.deviation("the number of templates is not said, or is another");
  return read_template(group.inside(first));
}

FaceImage parse_dg2(ByteView file) {
  NoDeviations strict;
  return parse_dg2(file, strict);
}

}  // namespace perso::lds
