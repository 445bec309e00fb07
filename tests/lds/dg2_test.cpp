#include "lds/dg2.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "lds/hostile.hpp"
#include "lds/told.hpp"
#include "support/jpeg.hpp"
#include "tlv/tlv.hpp"

using namespace perso;
using namespace perso::lds;
using test::malformed;
using test::refuses_other_lengths;
using test::Told;

namespace {

const auto strict = [](ByteView file) { return parse_dg2(file); };
const auto tolerant = [](ByteView file) {
  Told told;
  return parse_dg2(file, told);
};

Bytes element(std::uint32_t tag, std::initializer_list<ByteView> parts) {
  return tlv::encode(tlv::Tag{tag}, parts);
}

/// The facial record of a file that was encoded here.
Bytes record_of(const Bytes& file) {
  const auto inside = [](ByteView bytes, std::uint32_t tag) {
    return tlv::find(bytes, tlv::Tag{tag})->value;
  };
  const ByteView record = inside(inside(inside(inside(file, 0x75), 0x7F61), 0x7F60), 0x5F2E);
  return Bytes(record.begin(), record.end());
}

const Bytes one = from_hex("020101");
const Bytes header = from_hex("A112800201018101028201008702010188020008");

Bytes template_of(ByteView biometric_header, const Bytes& record, std::uint32_t tag = 0x5F2E) {
  return element(0x7F60, {biometric_header, element(tag, {record})});
}
Bytes file_of(std::initializer_list<ByteView> group) {
  return element(0x75, {element(0x7F61, group)});
}
Bytes file_of_record(const Bytes& record) {
  return file_of({one, template_of(header, record)});
}

/// ISO/IEC 39794-5, version 1 of 2019.
Bytes record_39794(ByteView image, bool with_size = true) {
  const Bytes size = with_size ? element(0xA7, {from_hex("800204008102050C")}) : Bytes();
  const Bytes information = element(0xA1, {element(0xA0, {from_hex("800102")}), size});
  const Bytes two_d = element(0xA0, {element(0x80, {image}), information});
  const Bytes representation = element(0x30, {from_hex("800101"), element(0xA1, {element(0xA0, {two_d})})});
  return element(0xA1, {element(0x65, {from_hex("A007800103810207E3"), element(0xA1, {representation})})});
}

}  // namespace

TEST_CASE("EF.DG2: the headers stand where ISO/IEC 19794-5 puts them") {
  const Bytes jpeg = test::make_jpeg(358, 441);
  const Bytes file = encode_dg2(jpeg);
  CHECK(file.size() <= jpeg.size() + dg2_overhead);
  const std::size_t record_size = 14 + 20 + 12 + jpeg.size();
  Bytes size_field;
  append_be32(size_field, static_cast<std::uint32_t>(record_size));
  Bytes block_field;
  append_be32(block_field, static_cast<std::uint32_t>(record_size - 14));
  const std::string record =
      "46414300"
      "30313000" +
      to_hex(size_field) + "0001" +  // record header
      to_hex(block_field) +
      "0000"
      "00"
      "00"
      "00"
      "000000"
      "0000"
      "000000"
      "000000" +  // information
      "01"
      "00"
      "0166"
      "01B9"
      "01"
      "00"
      "0000"
      "0000";  // image
  const std::string text = to_hex(file);
  CHECK(text.starts_with("7582"));
  CHECK(text.substr(8, 6) == "7F6182");
  CHECK(text.find("020101"
                  "7F6082") == 18);
  CHECK(text.find("A112"
                  "80020101"
                  "810102"
                  "820100"
                  "87020101"
                  "88020008"
                  "5F2E82") != std::string::npos);
  CHECK(text.find(record + to_hex(jpeg)) == text.size() - 2 * record_size);

  const FaceImage face = parse_dg2(file);
  CHECK(face.image == jpeg);
  CHECK(face.header == identity::PictureHeader{identity::PictureFormat::jpeg, 358, 441, false, 0});
  CHECK(parse_dg2(encode_dg2(test::make_jpeg(40, 30, true))).header.grey);
  CHECK_THROWS_AS(encode_dg2(as_bytes("no picture")), Error);
}

TEST_CASE("EF.DG2: JPEG 2000 is said to be so, and comes back") {
  const Bytes jpeg2000 = identity::prepare_portrait(
      test::make_jpeg(358, 441),
      {.width = 358, .height = 441, .max_bytes = 15000, .format = identity::PictureFormat::jpeg2000});
  const Bytes file = encode_dg2(jpeg2000);
  CHECK(file[file.size() - jpeg2000.size() - 11] == 0x01);  // image data type, behind the face image type
  const FaceImage face = parse_dg2(file);
  CHECK(face.image == jpeg2000);
  CHECK(face.header == identity::PictureHeader{identity::PictureFormat::jpeg2000, 358, 441, false, 0});
}

TEST_CASE("EF.DG2: the largest portrait of 20 KB adds at most the stated overhead") {
  Bytes jpeg = test::make_jpeg(358, 441);
  jpeg.resize(20480);
  CHECK(encode_dg2(jpeg).size() == 20480 + dg2_overhead);
  jpeg.resize(65000);
  CHECK(encode_dg2(jpeg).size() == 65000 + dg2_overhead);
}

TEST_CASE("EF.DG2: cut, changed and lying files") {
  const Bytes jpeg = test::make_jpeg(16, 16);
  const Bytes file = encode_dg2(jpeg);
  refuses_other_lengths(file, strict);
  const std::size_t headers = file.size() - jpeg.size();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < headers; ++i) {
    Bytes changed = file;
    changed[i] ^= 0xFF;
    refused += malformed(changed, strict) ? 1 : 0;
  }
  CHECK(refused >= 40);  // the rest stand in fields that are not looked at
  const std::size_t record = headers - 46;
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes changed = file;
    changed[record + at] = value;
    return changed;
  };
  CHECK(malformed(with(13, 0), strict));     // no image
  CHECK(malformed(with(19, 1), strict));     // a feature point more: there is no image 8 bytes later
  CHECK(malformed(with(18, 0xFF), strict));  // more feature points than there are bytes
  CHECK(malformed(with(14, 0xFF), strict));  // a block longer than the record
  Bytes no_image = with(16, 0);
  no_image[record + 17] = 32;
  CHECK(malformed(no_image, strict));     // a block without image data
  CHECK(malformed(with(35, 2), strict));  // an image of no known format
}

TEST_CASE("EF.DG2: what is tolerated") {
  const Bytes jpeg = test::make_jpeg(16, 16);
  const Bytes good = record_of(encode_dg2(jpeg));
  const Bytes face = template_of(header, good);
  CHECK(file_of_record(good) == encode_dg2(jpeg));
  const auto with = [&](std::size_t at, const std::string& hex) {
    Bytes record = good;
    std::ranges::copy(from_hex(hex), record.begin() + static_cast<std::ptrdiff_t>(at));
    return file_of_record(record);
  };
  Bytes longer = good;
  longer.push_back(0);
  const struct {
    const char* says;
    Bytes file;
  } cases[] = {
      {"the biometric header is not there", file_of({one, template_of({}, good)})},
      {"the biometric header does not say that this is a face",
       file_of({one, template_of(from_hex("A10B8201008702010188020008"), good)})},
      {"the biometric header does not say that this is a face",
       file_of({one, template_of(from_hex("A10E8101088201008702010188020008"), good)})},
      {"the biometric header does not say the format",
       file_of({one, template_of(from_hex("A103810102"), good)})},
      {"the biometric header does not say the format",
       file_of({one, template_of(from_hex("A10781010287020101"), good)})},
      {"the number of templates", file_of({face})},
      {"the number of templates", file_of({from_hex("020102"), face})},
      {"the number of templates", file_of({one, face, face})},
      {"the number of templates", file_of({from_hex("02020001"), face})},
      {"bytes follow", file_of({one, face, from_hex("0400")})},
      {"bytes follow", file_of({one, element(0x7F60, {header, element(0x5F2E, {good}), from_hex("0400")})})},
      {"bytes follow", concat({encode_dg2(jpeg), from_hex("0000")})},
      {"the facial record says another length", with(8, "00000000")},
      {"a facial information block says a length", with(14, "00000000")},
      {"a facial information block says a length", with(14, "00FFFFFF")},
      {"the face image is said to be of another format", with(35, "01")},
      {"the face image is said to be of another format", with(35, "7F")},
      {"a length is not in its shortest form",
       concat({from_hex("7583"), from_hex("00"), ByteView(encode_dg2(jpeg)).subspan(2)})},
      {"the facial record says another length", file_of_record(longer)},
  };
  for (const auto& each : cases) {
    const std::string says = each.says;
    CAPTURE(says);
    Told told;
    const FaceImage read = parse_dg2(each.file, told);
    CHECK(told.says("EF.DG2: " + says));
    CHECK(read.header.format == identity::PictureFormat::jpeg);
    CHECK(std::ranges::equal(ByteView(read.image).first(jpeg.size()), jpeg));
    CHECK(malformed(each.file, strict));
  }
}

TEST_CASE("EF.DG2: several faces, of which the first is read") {
  const Bytes first = test::make_jpeg(16, 16), second = test::make_jpeg(24, 32);
  const Bytes record = record_of(encode_dg2(first)), other = record_of(encode_dg2(second));
  // Two templates.
  const Bytes two =
      file_of({from_hex("020102"), template_of(header, record), template_of(header, other, 0x7F2E)});
  CHECK(parse_dg2(two).image == first);
  // Two images in one record.
  Bytes both = concat({record, ByteView(other).subspan(14)});
  Bytes size;
  append_be32(size, static_cast<std::uint32_t>(both.size()));
  std::ranges::copy(size, both.begin() + 8);
  both[13] = 2;
  CHECK(parse_dg2(file_of_record(both)).image == first);
}

TEST_CASE("EF.DG2: a record of ISO/IEC 39794-5") {
  const Bytes jpeg = test::make_jpeg(16, 16);
  const FaceImage face = parse_dg2(file_of({one, template_of(header, record_39794(jpeg), 0x7F2E)}));
  CHECK(face.image == jpeg);
  CHECK(face.header == identity::PictureHeader{identity::PictureFormat::jpeg, 1024, 1292, false, 0});
  const FaceImage unsaid = parse_dg2(file_of({one, template_of(header, record_39794(jpeg, false), 0x7F2E)}));
  CHECK(unsaid.image == jpeg);
  CHECK(unsaid.header.width == 0);
  // Without the tag around it.
  const Bytes bare = record_39794(jpeg);
  const ByteView inner = tlv::single(bare).value;
  CHECK(parse_dg2(file_of_record(Bytes(inner.begin(), inner.end()))).image == jpeg);
  const Bytes file = file_of_record(bare);
  refuses_other_lengths(file, strict);
  CHECK(malformed(file_of_record(from_hex("A1026500")), tolerant));
  CHECK(malformed(file_of_record(record_39794(as_bytes("no picture"))), tolerant));
}

TEST_CASE("EF.DG2: what nobody can read") {
  const Bytes jpeg = test::make_jpeg(16, 16);
  const Bytes good = record_of(encode_dg2(jpeg));
  const auto with = [&](std::size_t at, const std::string& hex) {
    Bytes record = good;
    std::ranges::copy(from_hex(hex), record.begin() + static_cast<std::ptrdiff_t>(at));
    return file_of_record(record);
  };
  CHECK(malformed(file_of({one}), tolerant));
  CHECK(malformed(file_of_record({}), tolerant));
  CHECK(malformed(file_of_record(from_hex("46414300")), tolerant));
  CHECK(malformed(with(4, "30333000"), tolerant));  // ISO/IEC 19794-5:2011
  CHECK(malformed(with(12, "0000"), tolerant));
  CHECK(malformed(with(18, "FFFF"), tolerant));
  CHECK(malformed(with(46, "00"), tolerant));  // no picture
  CHECK(malformed(file_of({one, template_of(header, good, 0x5F2F)}), tolerant));
  for (std::ptrdiff_t size = 0; size <= 46; ++size)
    CHECK(malformed(file_of_record(Bytes(good.begin(), good.begin() + size)), tolerant));
}
