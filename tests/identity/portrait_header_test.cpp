#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "identity/portrait.hpp"
#include "support/jpeg.hpp"
#include "support/jpeg2000.hpp"
#include "support/pictures.hpp"

using namespace perso;
using namespace perso::identity;

TEST_CASE("picture headers: what kind, how large, which colour") {
  const struct {
    std::string what;
    Bytes file;
    PictureHeader header;
  } cases[] = {
      {"JPEG", test::make_jpeg(358, 441), {PictureFormat::jpeg, 358, 441, false, 0}},
      {"grey JPEG", test::make_jpeg(40, 30, true), {PictureFormat::jpeg, 40, 30, true, 0}},
      {"progressive JPEG", test::make_jpeg(64, 48, false, true), {PictureFormat::jpeg, 64, 48, false, 0}},
      {"JP2", test::make_jpeg2000(358, 441), {PictureFormat::jpeg2000, 358, 441, false, 0}},
      {"grey JP2",
       test::make_jpeg2000(40, 30, {.components = 1, .resolutions = 3}),
       {PictureFormat::jpeg2000, 40, 30, true, 0}},
      {"bare codestream",
       test::make_jpeg2000(64, 48, {.bare = true}),
       {PictureFormat::jpeg2000, 64, 48, false, 0}},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(read_picture_header(one.file) == one.header);
  }
}

TEST_CASE("picture headers: the resolution, as JFIF, Exif and JP2 tell it") {
  const Bytes plain = test::make_jpeg(16, 16);
  const auto jfif = [&](const char* density) { return test::with_jfif_density(plain, from_hex(density)); };
  const auto exif = [&](bool little, std::uint16_t unit, std::uint32_t x, std::uint32_t y) {
    return test::with_segment(plain, 0xE1, test::exif(little, 1, unit, x, y));
  };
  const auto jp2 = [](const char* resolution) {
    return test::with_capture_resolution(test::make_jpeg2000(64, 48), from_hex(resolution));
  };
  const struct {
    std::string what;
    Bytes file;
    int dots_per_inch;
  } cases[] = {
      {"JFIF, no unit", jfif("0000480048"), 0},
      {"JFIF, inches", jfif("01012C012C"), 300},
      {"JFIF, centimetres", jfif("0200760076"), 300},
      {"JFIF, the lesser of two", jfif("01025800C8"), 200},
      {"Exif, inches", exif(true, 2, 600, 600), 600},
      {"Exif, centimetres, the other byte order", exif(false, 3, 118, 236), 300},
      {"JFIF before Exif", test::with_segment(jfif("01012C012C"), 0xE1, test::exif(true, 1, 2, 72, 72)), 300},
      {"Exif cut short", test::with_segment(plain, 0xE1, from_hex("45786966000049492A0008000000")), 0},
      {"Exif, its directory far away",
       test::with_segment(plain, 0xE1, from_hex("45786966000049492A00FFFFFFFF")), 0},
      {"JP2, 11,811 a metre", jp2("2E2300012E2300010000"), 300},
      {"JP2, by exponents",
       jp2("0076000A00760064"
           "0304"),
       300},
      {"JP2, nothing to divide by", jp2("00760000007600000000"), 0},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(read_picture_header(one.file).dots_per_inch == one.dots_per_inch);
  }
}

TEST_CASE("picture headers: files that no portrait may be are refused before a library sees them") {
  const Bytes jpeg = test::make_jpeg(64, 48);
  const Bytes jp2 = test::make_jpeg2000(64, 48);
  const Bytes bare = test::make_jpeg2000(64, 48, {.bare = true});
  const std::size_t siz = test::find(bare, "FF51"), cod = test::find(bare, "FF52");
  const std::size_t sof = test::find(jpeg, "FFC0");
  const struct {
    std::string what;
    Bytes file;
    std::string complaint;
  } cases[] = {
      {"nothing", {}, "neither"},
      {"a PNG", from_hex("89504E470D0A1A0A0000000D49484452"), "neither"},
      {"text", Bytes(20000, 'a'), "neither"},
      {"a start and an end", from_hex("FFD8FFD9"), "marker"},
      {"fill bytes for ever", Bytes(from_hex("FFD8FFFFFFFFFFFFFFFF")), "cut short"},
      {"a JPEG without a frame", from_hex("FFD8FFDA0002FFD9"), "no frame"},
      {"12 bits", test::with(jpeg, sof + 4, "0C"), "8 bits"},
      {"no height", test::with(jpeg, sof + 5, "0000"), "no width"},
      {"four components", test::with(jpeg, sof + 9, "04"), "4 components"},
      {"two components", test::with(jpeg, sof + 9, "02"), "2 components"},
      {"lossless JPEG", test::with(jpeg, sof, "FFC3"), "lossless"},
      {"arithmetic JPEG", test::with(jpeg, sof, "FFC9"), "arithmetic"},
      {"a frame cut short", test::with(jpeg, sof + 2, "000A"), "cut short"},
      {"two frames", test::with_segment(jpeg, 0xC0, from_hex("080030004003012200021101031101")),
       "more than one"},
      {"a segment without a length", from_hex("FFD8FFE00001"), "without a length"},
      {"turned by Exif", test::with_segment(jpeg, 0xE1, test::exif(true, 6, 2, 300, 300)), "upright"},

      {"a JP2 signature alone", from_hex("0000000C6A5020200D0A870A"), "cut short"},
      {"a box longer than the file", test::with(jp2, 12, "7FFFFFFF"), "cut short"},
      {"a box of no length", test::with(jp2, 12, "00000007"), "without a length"},
      {"a JP2 that says another width", test::with(jp2, test::find(jp2, "69686472") + 8, "00000041"),
       "other dimensions"},
      {"a JP2 of another colour space", test::with(jp2, test::find(jp2, "636F6C72") + 7, "0000000C"),
       "colour space"},
      {"two codestreams", concat({jp2, from_hex("0000000C6A703263"), ByteView(bare).first(4)}),
       "more than one"},
      {"a palette", test::with_header_box(jp2, from_hex("0000000A70636C720000")), "palette"},
      {"an alpha channel", test::make_jpeg2000(64, 48, {.components = 4}), "4 components"},
      {"12 bits in JPEG 2000", test::make_jpeg2000(64, 48, {.precision = 12}), "8 bits"},
      {"signed samples", test::with(bare, siz + 40, "87"), "8 bits"},
      {"subsampled colours", test::make_jpeg2000(64, 48, {.subsampling = 2}), "fewer samples"},
      {"an image offset", test::with(bare, siz + 14, "00000001"), "corner"},
      {"four thousand million pixels a side", test::with(bare, siz + 6, "FFFFFFFFFFFFFFFF"), "too large"},
      {"tiles of one pixel", test::with(bare, siz + 22, "0000000100000001"), "3072 tiles"},
      {"tiles of no pixel", test::with(bare, siz + 22, "00000000"), "tiles"},
      {"sixteen thousand components", test::with(bare, siz + 38, "4000"), "16384 components"},
      {"65,535 layers", test::with(bare, cod + 6, "FFFF"), "layers"},
      {"200 decompositions", test::with(bare, cod + 9, "C8"), "decompositions"},
      {"code-blocks of 4 by 4", test::with(bare, cod + 10, "0000"), "code-blocks"},
      {"precincts of 32 by 32", test::make_jpeg2000(64, 48, {.precinct = 32}), "precincts"},
      {"packed packet headers", test::with(bare, cod, "FF60"), "no portrait needs"},
      {"no coding style", test::with(bare, cod, "FF64"), "no coding style"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    try {
      read_picture_header(one.file);
      FAIL_CHECK("it was read");
    } catch (const Error& error) {
      CHECK(error.code() == Code::portrait_invalid);
      CAPTURE(error.message());
      CHECK(error.message().find(one.complaint) != std::string::npos);
    }
  }
}
