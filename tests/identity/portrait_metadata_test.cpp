// What a source tells beside its picture: nothing of it comes to the chip, and no pixel changes.
#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/portrait_codec.hpp"
#include "support/jpeg.hpp"
#include "support/jpeg2000.hpp"
#include "support/pictures.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

constexpr int width = 64, height = 80;
const PortraitRules jpeg_rules{.width = width, .height = height, .max_bytes = 4096};
const PortraitRules jpeg2000_rules{
    .width = width, .height = height, .max_bytes = 4096, .format = PictureFormat::jpeg2000};

Bytes samples_of(ByteView picture) {
  const PictureFacts facts = read_picture_facts(picture);
  return (facts.header.format == PictureFormat::jpeg ? decode_jpeg(facts, false, 0)
                                                     : decode_jpeg2000(facts, false, 0))
      .samples;
}

bool holds(const Bytes& file, std::string_view text) {
  return as_text(file).find(text) != std::string::npos;
}

/// Adds to a length of 4 bytes that stands at `at`.
Bytes lengthened(const Bytes& file, std::size_t at, std::uint32_t by) {
  Bytes length;
  append_be32(length, be32(ByteView(file).subspan(at)) + by);
  return test::with(file, at, to_hex(length));
}

std::size_t codestream_box(const Bytes& jp2) {
  return test::find(jp2, "6A703263") - 4;
}

/// What OpenJPEG wrote, less its comment: bytes taken out by hand.
Bytes without_comment(const Bytes& jp2) {
  const std::size_t at = test::find(jp2, "FF64");
  const std::size_t size = 2U + be16(ByteView(jp2).subspan(at + 2));
  Bytes shorter = lengthened(jp2, codestream_box(jp2), 0U - static_cast<std::uint32_t>(size));
  const auto comment = shorter.begin() + static_cast<std::ptrdiff_t>(at);
  shorter.erase(comment, comment + static_cast<std::ptrdiff_t>(size));
  return shorter;
}

/// With more in the main header, behind SIZ, or in the header of the only tile-part.
Bytes with_main_segment(const Bytes& jp2, const char* segment) {
  const Bytes more = from_hex(segment);
  const Bytes longer = lengthened(jp2, codestream_box(jp2), static_cast<std::uint32_t>(more.size()));
  return test::with_inserted(longer, test::find(jp2, "FF52"), more);
}

Bytes with_tile_segment(const Bytes& jp2, const char* segment) {
  const Bytes more = from_hex(segment);
  const auto size = static_cast<std::uint32_t>(more.size());
  const std::size_t tile_part = test::find(jp2, "FF90");
  const Bytes longer = lengthened(lengthened(jp2, codestream_box(jp2), size), tile_part + 6, size);
  return test::with_inserted(longer, tile_part + 12, more);
}

/// Its Code::portrait_invalid; anything else fails the test.
std::string fault_of(ByteView picture, const PortraitRules& rules) {
  try {
    prepare_portrait(picture, rules);
  } catch (const Error& error) {
    CHECK(error.code() == Code::portrait_invalid);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("portraits: a JPEG comes to the chip without what it tells beside its picture") {
  const Bytes clean = test::make_jpeg(width, height);
  const auto with = [&](std::uint8_t marker, std::string_view contents) {
    return test::with_segment(clean, marker, as_bytes(contents));
  };
  // JFIF: 2 by 1 pixels in RGB, and the segment as much longer.
  const std::size_t jfif = test::find(clean, "FFE0");
  const Bytes thumbnail = test::with_inserted(
      test::with(test::with(clean, jfif + 2, "0016"), jfif + 16, "0201"), jfif + 18, as_bytes("SECRET"));
  const struct {
    std::string what;
    Bytes source;
  } cases[] = {
      {"nothing", clean},
      {"Exif with a place",
       test::with_segment(clean, 0xE1, concat({test::exif(true, 1, 2, 300, 300), as_bytes("SECRET GPS")}))},
      {"XMP", with(0xE1, "http://ns.adobe.com/xap/1.0/ SECRET")},
      {"a colour profile", with(0xE2, "ICC_PROFILE SECRET")},
      {"a camera's own", with(0xEF, "SECRET")},
      {"Photoshop's", with(0xED, "Photoshop 3.0 SECRET")},
      {"a comment", with(0xFE, "SECRET")},
      {"a comment behind the scan",
       test::with_inserted(clean, clean.size() - 2, from_hex("FFFE0008534543524554"))},
      {"a thumbnail", thumbnail},
      {"a thumbnail in an extension", with(0xE0, std::string_view("JFXX\0\x10SECRET", 12))},
      {"a JFIF segment cut short", with(0xE0, std::string_view("JFIF\0SECRET", 11))},
      {"no Adobe segment", with(0xEE, "AdobeSECRET")},
      {"more than the chip has room for", with(0xED, std::string(60000, 'x') + "SECRET")},
      {"padding in front of a marker",
       test::with_inserted(clean, test::find(clean, "FFDB"), from_hex("FFFF"))},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(prepare_portrait(one.source, jpeg_rules) == clean);
  }
}

TEST_CASE("portraits: a JPEG keeps what its colours and its resolution hang on, and no more") {
  const Bytes clean = test::make_jpeg(width, height);
  const Bytes adobe = from_hex("41646F62650064000000000000");  // colours as they are, and a byte too many
  Bytes no_jfif = clean;
  no_jfif.erase(no_jfif.begin() + 2, no_jfif.begin() + 20);
  const Bytes source = test::with_segment(no_jfif, 0xEE, adobe);
  const Bytes made = prepare_portrait(source, jpeg_rules);
  CHECK(samples_of(source) != samples_of(clean));
  CHECK(samples_of(made) == samples_of(source));
  CHECK(made == test::with_segment(no_jfif, 0xEE, ByteView(adobe).first(12)));

  // Behind the scan it says nothing to a decoder.
  const Bytes late =
      test::with_inserted(clean, clean.size() - 2, from_hex("FFEE000E41646F626500640000000000"));
  CHECK(prepare_portrait(late, jpeg_rules) == clean);

  const Bytes at_300 = test::with_jfif_density(clean, from_hex("01012C012C"));
  CHECK(prepare_portrait(at_300, jpeg_rules) == at_300);
}

TEST_CASE("portraits: a JPEG 2000 picture comes to the chip without what it tells beside") {
  const Bytes source = test::make_jpeg2000(width, height);
  const Bytes clean = without_comment(source);
  REQUIRE(holds(source, "OpenJPEG"));
  const std::size_t header_box = test::find(clean, "6A703268") - 4, codestream = codestream_box(clean);
  const Bytes xml = concat({from_hex("0000000E786D6C20"), as_bytes("SECRET")});
  const struct {
    std::string what;
    Bytes source;
  } cases[] = {
      {"nothing", clean},
      {"its encoder's name", source},
      {"XML ahead of the header", test::with_inserted(clean, header_box, xml)},
      {"XML ahead of the picture", test::with_inserted(clean, codestream, xml)},
      {"XML behind the picture", concat({clean, xml})},
      {"a UUID box with Exif", concat({clean, from_hex("000000247575696400112233445566778899AABBCCDDEEFF"),
                                       as_bytes("SECRET Exif.")})},
      {"a resolution", test::with_capture_resolution(clean, from_hex("2E2300012E2300010000"))},
      {"a second colour box, a profile",
       test::with_header_box(clean, concat({from_hex("00000011636F6C72020000"), as_bytes("SECRET")}))},
      {"a codestream to the end of the file", test::with(clean, codestream, "00000000")},
      {"a codestream alone", Bytes(clean.begin() + static_cast<std::ptrdiff_t>(codestream) + 8, clean.end())},
      {"a comment in the main header", with_main_segment(clean, "FF64000A0001534543524554")},
      {"a comment in the tile's header", with_tile_segment(clean, "FF64000A0001534543524554")},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(prepare_portrait(one.source, jpeg2000_rules) == clean);
  }
  CHECK(samples_of(source) == samples_of(clean));
}

TEST_CASE("portraits: JPEG 2000 of every shape keeps its pixels") {
  PortraitRules rules = jpeg2000_rules;
  rules.max_bytes = 1 << 16;
  for (const test::Jpeg2000Shape& shape :
       {test::Jpeg2000Shape{.bare = true, .tile = 32}, test::Jpeg2000Shape{.layers = 5, .precinct = 64},
        test::Jpeg2000Shape{.code_block = 32, .rate = 1}, test::Jpeg2000Shape{.components = 1}}) {
    const Bytes source = test::make_jpeg2000(width, height, shape);
    rules.grey = shape.components == 1;
    const Bytes made = prepare_portrait(source, rules);
    CAPTURE(shape.tile);
    CHECK(samples_of(made) == samples_of(source));
    CHECK_FALSE(holds(made, "OpenJPEG"));
    CHECK(prepare_portrait(made, rules) == made);
  }
}

TEST_CASE("portraits: what is made anew tells nothing of a source or of the library") {
  PortraitRules rules = jpeg2000_rules;
  const Bytes source = test::with_segment(test::make_jpeg(width, height), 0xFE, as_bytes("SECRET"));
  const Bytes made = prepare_portrait(source, rules);
  CHECK_FALSE(holds(made, "SECRET"));
  CHECK_FALSE(holds(made, "\xFF\x64"));
  CHECK(prepare_portrait(made, rules) == made);
}

TEST_CASE("portraits: segments and boxes that lie about their length are refused") {
  const Bytes jpeg = test::make_jpeg(width, height);
  const Bytes comment = test::with_segment(jpeg, 0xFE, as_bytes("SECRET"));
  const std::size_t comment_at = test::find(comment, "FFFE") + 2;
  const Bytes jp2 = without_comment(test::make_jpeg2000(width, height));
  const struct {
    std::string what;
    Bytes source;
    const PortraitRules& rules;
    std::string complaint;
  } cases[] = {
      {"a comment of no length", test::with(comment, comment_at, "0000"), jpeg_rules, "without a length"},
      {"a comment of length 1", test::with(comment, comment_at, "0001"), jpeg_rules, "without a length"},
      {"a comment to behind the end", test::with(comment, comment_at, "FFFF"), jpeg_rules, "cut short"},
      {"a comment a byte too short", test::with(comment, comment_at, "0007"), jpeg_rules, "no marker"},
      {"an Exif segment behind the scan, to behind the end",
       test::with_inserted(jpeg, jpeg.size() - 2, from_hex("FFE1FFFF")), jpeg_rules, "cut short"},
      {"a comment in JPEG 2000 of no length", with_main_segment(jp2, "FF640000"), jpeg2000_rules,
       "without a length"},
      {"a comment in JPEG 2000 to behind the end", with_main_segment(jp2, "FF64FFFF"), jpeg2000_rules,
       "cut short"},
      {"a comment in a tile of no length", with_tile_segment(jp2, "FF640001"), jpeg2000_rules,
       "without a length"},
      {"a comment in a tile over its data", with_tile_segment(jp2, "FF640100"), jpeg2000_rules, "portrait"},
      {"a comment longer than its tile-part",
       test::with(with_tile_segment(jp2, "FF64000A0001534543524554"), test::find(jp2, "FF90") + 6,
                  "0000000E"),
       jpeg2000_rules, "shorter than its header"},
      {"an XML box to behind the end", concat({jp2, from_hex("7FFFFFFF786D6C20")}), jpeg2000_rules,
       "cut short"},
      {"an XML box of 2^64 bytes", concat({jp2, from_hex("00000001786D6C20FFFFFFFFFFFFFFFF")}),
       jpeg2000_rules, "cut short"},
      {"an XML box of length 3", concat({jp2, from_hex("00000003786D6C20")}), jpeg2000_rules,
       "without a length"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    const std::string fault = fault_of(one.source, one.rules);
    CAPTURE(fault);
    CHECK(fault.find(one.complaint) != std::string::npos);
  }
}
