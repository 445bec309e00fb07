#include "lds/files.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "crypto/chain.hpp"
#include "identity/mrz.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "support/jpeg.hpp"

using namespace perso;
using namespace perso::lds;

namespace {

const std::string zone =
    "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<";

template <typename Parse>
bool malformed(ByteView bytes, Parse parse) {
  try {
    parse(bytes);
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    return true;
  }
  return false;
}

/// Every cut and every longer file is malformed.
template <typename Parse>
void refuses_other_lengths(const Bytes& file, Parse parse) {
  for (std::size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    CHECK(malformed(ByteView(file).first(size), parse));
  }
  Bytes longer = file;
  longer.push_back(0);
  CHECK(malformed(longer, parse));
}

/// Every changed byte is malformed or makes another value.
template <typename Parse, typename Same>
void notices_changed_bytes(const Bytes& file, Parse parse, Same same) {
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
      CAPTURE(i);
      Bytes changed = file;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      CHECK(malformed(changed, [&](ByteView bytes) {
        if (!same(parse(bytes))) throw Error(Code::malformed, "another value");
      }));
    }
  }
}

}  // namespace

TEST_CASE("LDS files: numbers, tags and identifiers of ICAO 9303-10") {
  const struct {
    int number;
    std::uint32_t tag;
    std::uint16_t fid;
  } known[] = {{1, 0x61, 0x0101},  {2, 0x75, 0x0102},  {3, 0x63, 0x0103},  {4, 0x76, 0x0104},
               {5, 0x65, 0x0105},  {6, 0x66, 0x0106},  {7, 0x67, 0x0107},  {8, 0x68, 0x0108},
               {9, 0x69, 0x0109},  {10, 0x6A, 0x010A}, {11, 0x6B, 0x010B}, {12, 0x6C, 0x010C},
               {13, 0x6D, 0x010D}, {14, 0x6E, 0x010E}, {15, 0x6F, 0x010F}, {16, 0x70, 0x0110}};
  for (const auto& group : known) {
    const LdsFile* const file = find_data_group(group.number);
    REQUIRE(file != nullptr);
    CHECK(file->tag.value == group.tag);
    CHECK(file->fid.value == group.fid);
    CHECK(file->short_fid.value == group.number);
    CHECK(file->name == "EF.DG" + std::to_string(group.number));
    CHECK(find_tag(file->tag) == file);
    CHECK(find_fid(file->fid) == file);
  }
  CHECK(find_fid(iso7816::Fid{0x011E})->tag == tlv::Tag{0x60});
  CHECK(find_fid(iso7816::Fid{0x011D})->short_fid.value == 0x1D);
  CHECK(find_data_group(0) == nullptr);
  CHECK(find_data_group(17) == nullptr);
  CHECK(find_tag(tlv::Tag{0x62}) == nullptr);
}

TEST_CASE("EF.COM: the worked value, and back") {
  const Com com{"0107", "040000", {1, 2, 15}};
  const Bytes file = encode_com(com);
  CHECK(to_hex(file) ==
        "6015"
        "5F010430313037"
        "5F3606303430303030"
        "5C0361756F");
  CHECK(parse_com(file) == com);
  refuses_other_lengths(file, parse_com);
  notices_changed_bytes(file, parse_com, [&](const Com& other) { return other == com; });
  CHECK_THROWS_AS(encode_com({"107", "040000", {1}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "04000A", {1}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "040000", {17}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "040000", {2, 1}}), Error);
  CHECK_THROWS_AS(encode_com({"0107", "040000", {1, 1}}), Error);
}

TEST_CASE("EF.DG1: the zone in its template, and back") {
  const Bytes file = encode_dg1(zone);
  CHECK(to_hex(ByteView(file).first(5)) == "615D5F1F5A");
  CHECK(file.size() == 95);
  CHECK(parse_dg1(file) == zone);
  refuses_other_lengths(file, parse_dg1);
  notices_changed_bytes(file, parse_dg1, [](const std::string& other) { return other == zone; });
  CHECK_THROWS_AS(encode_dg1(zone.substr(1)), Error);
  CHECK_THROWS_AS(encode_dg1(zone.substr(1) + "a"), Error);
}

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
  refuses_other_lengths(file, parse_dg2);
  const std::size_t headers = file.size() - jpeg.size();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < headers; ++i) {
    Bytes changed = file;
    changed[i] ^= 0xFF;
    refused += malformed(changed, parse_dg2) ? 1 : 0;
  }
  CHECK(refused >= 40);  // the rest stand in fields that are not looked at
  const std::size_t record = headers - 46;
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes changed = file;
    changed[record + at] = value;
    return changed;
  };
  CHECK(malformed(with(13, 0), parse_dg2));           // no image
  CHECK(malformed(with(19, 1), parse_dg2) == false);  // a feature point more: the image begins 8 bytes later
  CHECK(parse_dg2(with(19, 1)).image != jpeg);
  CHECK(malformed(with(18, 0xFF), parse_dg2));  // more feature points than there are bytes
  CHECK(malformed(with(14, 0xFF), parse_dg2));  // a block longer than the record
  Bytes no_image = with(16, 0);
  no_image[record + 17] = 32;
  CHECK(malformed(no_image, parse_dg2));     // a block without image data
  CHECK(malformed(with(35, 2), parse_dg2));  // an image of no known format
}

TEST_CASE("EF.DG15: an EC key, with named and explicit parameters") {
  const auto random = crypto::system_random();
  const crypto::EcPublicKey key = crypto::EcPrivateKey::generate("secp256r1", *random).public_key();
  for (const auto parameters : {crypto::EcParameters::named_curve, crypto::EcParameters::explicit_curve}) {
    const Bytes file = encode_dg15(key, parameters);
    CHECK(file[0] == 0x6F);
    const auto same = [&](const ChipKey& other) {
      const auto* const ec = std::get_if<crypto::EcPublicKey>(&other);
      return ec != nullptr && ec->point() == key.point();
    };
    CHECK(same(parse_dg15(file)));
    refuses_other_lengths(file, parse_dg15);
    notices_changed_bytes(file, parse_dg15, same);
  }
}

TEST_CASE("EF.DG15: an RSA key") {
  const auto random = crypto::system_random();
  const crypto::RsaPrivateKey key = crypto::RsaPrivateKey::generate(1024, *random);
  const Bytes file = encode_dg15(key.public_key());
  CHECK(to_hex(ByteView(file).first(5)) == "6F81A23081");
  const auto same = [&](const ChipKey& other) {
    const auto* const rsa = std::get_if<crypto::RsaPublicKey>(&other);
    return rsa != nullptr && rsa->spki() == key.public_key().spki();
  };
  CHECK(same(parse_dg15(file)));
  refuses_other_lengths(file, parse_dg15);
  notices_changed_bytes(file, parse_dg15, same);
}
