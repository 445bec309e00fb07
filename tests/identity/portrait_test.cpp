#include "identity/portrait.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/jpeg.hpp"
#include "support/jpeg2000.hpp"
#include "support/pictures.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

const PortraitRules rules{.width = 358, .height = 441, .max_bytes = 20480};

std::string fault_of(ByteView picture, const PortraitRules& wanted = rules) {
  try {
    check_portrait(picture, wanted);
  } catch (const Error& error) {
    CHECK(error.code() == Code::portrait_invalid);
    return error.message();
  }
  return "";
}

/// A frame header for another picture than the one that follows.
Bytes with_dimensions(const Bytes& jpeg, const char* height_and_width) {
  return test::with(jpeg, test::find(jpeg, "FFC0") + 5, height_and_width);
}

/// A whole JPEG with this many scans of the same data: each costs a pass over the picture.
Bytes with_scans(const Bytes& jpeg, int scans) {
  const std::size_t scan = test::find(jpeg, "FFDA");
  Bytes more(jpeg.begin(), jpeg.end() - 2);
  for (int i = 1; i < scans; ++i) append(more, ByteView(jpeg).subspan(scan, jpeg.size() - 2 - scan));
  append(more, from_hex("FFD9"));
  return more;
}

}  // namespace

TEST_CASE("portraits: whole pictures that can become the chip's pass") {
  const struct {
    std::string what;
    Bytes picture;
  } cases[] = {
      {"as it will be", test::make_jpeg(358, 441)},
      {"grey", test::make_jpeg(358, 441, true)},
      {"progressive", test::make_jpeg(358, 441, false, true)},
      {"three times as large", test::make_jpeg(1074, 1323)},
      {"of nearly the same aspect", test::make_jpeg(365, 441)},
      {"a JP2", test::make_jpeg2000(358, 441)},
      {"a bare codestream", test::make_jpeg2000(358, 441, {.bare = true})},
      {"a grey JP2", test::make_jpeg2000(358, 441, {.components = 1})},
      {"tiles", test::make_jpeg2000(716, 882, {.tile = 128})},
      {"layers, precincts, another progression",
       test::make_jpeg2000(358, 441, {.layers = 5, .precinct = 128, .progression = OPJ_RPCL})},
      {"without loss", test::make_jpeg2000(358, 441, {.code_block = 32, .rate = 1})},
      {"a resolution that is enough",
       test::with_jfif_density(test::make_jpeg(358, 441), from_hex("01012C012C"))},
  };
  PortraitRules wanted = rules;
  wanted.least_dots_per_inch = 300;
  for (const auto& one : cases) {
    CAPTURE(one.what);
    CHECK(fault_of(one.picture, wanted).empty());
  }
}

TEST_CASE("portraits: hostile and unfit pictures are refused, with what is wanted") {
  const Bytes good = test::make_jpeg(358, 441);
  const Bytes good_jp2 = test::make_jpeg2000(358, 441);
  const struct {
    std::string what;
    Bytes picture;
    std::string complaint;
  } cases[] = {
      {"nothing", {}, "neither"},
      {"a column too few", test::make_jpeg(357, 441), "358 by 441"},
      {"a row too few", test::make_jpeg(358, 440), "358 by 441"},
      {"a quarter", test::make_jpeg2000(179, 221), "358 by 441"},
      {"lying down", test::make_jpeg(882, 716), "358 to 441"},
      {"too wide by 3 percent", test::make_jpeg(369, 441), "358 to 441"},
      {"a side above the limit", with_dimensions(good, "13B71001"), "4096"},
      {"too coarse", test::with_jfif_density(good, from_hex("0100480048")), "72 dots"},
      {"a file above the limit", Bytes((1 << 20) + 1, 0xFF), "1048576"},
      {"4,295 megapixels", with_dimensions(good, "FFFFFFFF"), "65535 by 65535"},
      {"100 megapixels", with_dimensions(good, "27102710"), "10000 by 10000"},
      {"fewer rows than its header says", with_dimensions(test::make_jpeg(358, 200), "01B90166"), "damaged"},
      {"12 bits", test::with(good, test::find(good, "FFC0") + 4, "0C"), "8 bits"},
      {"printing colours", test::with(good, test::find(good, "FFC0") + 9, "04"), "4 components"},
      {"a byte behind the end", concat({good, Bytes{0}}), "does not end"},
      {"another end behind the end", concat({good, from_hex("00FFD9")}), "does not end"},
      {"a second picture behind the first", concat({good, good}), "does not end"},
      {"a hundred scans", with_scans(test::make_jpeg(358, 441, true), 100), "scans"},
      {"a byte behind a JP2", concat({good_jp2, Bytes{0}}), "cut short"},
      {"a byte behind a codestream", concat({test::make_jpeg2000(358, 441, {.bare = true}), Bytes{0}}),
       "does not end"},
      {"a tile that is not there", test::with(good_jp2, test::find(good_jp2, "FF90") + 4, "0001"),
       "not there"},
      {"more data than the tile-part says",
       test::with(good_jp2, test::find(good_jp2, "FF90") + 6, "00000100"), "damaged"},
      {"less data than the tile-part says",
       test::with(good_jp2, test::find(good_jp2, "FF90") + 6, "7FFFFFFF"), "cut short"},
  };
  PortraitRules wanted = rules;
  wanted.least_dots_per_inch = 300;
  for (const auto& one : cases) {
    CAPTURE(one.what);
    const std::string fault = fault_of(one.picture, wanted);
    CAPTURE(fault);
    CHECK(!fault.empty());
    CHECK(fault.find(one.complaint) != std::string::npos);
  }
}

TEST_CASE("portraits: half of the tiles is no picture") {
  const Bytes tiled = test::make_jpeg2000(358, 441, {.bare = true, .tile = 256});
  const std::size_t first = test::find(tiled, "FF90");
  const std::size_t length = be32(ByteView(tiled).subspan(first + 6));
  const Bytes one_tile = concat({ByteView(tiled).first(first + length), from_hex("FFD9")});
  CHECK(fault_of(tiled).empty());
  CHECK(fault_of(one_tile).find("lacks") != std::string::npos);
}

TEST_CASE("portraits: a file cut anywhere is refused, and with an end put behind the cut") {
  const auto each_cut = [](const Bytes& picture, bool closed_too, std::size_t last) {
    for (std::size_t size = 0; size < picture.size();
         size += size < 700 || size + 50 > picture.size() ? 1 : 97) {
      CAPTURE(size);
      CHECK_FALSE(fault_of(ByteView(picture).first(size)).empty());
      // The last coded byte may be padding alone.
      if (!closed_too || size + last >= picture.size()) continue;
      CHECK_FALSE(fault_of(concat({ByteView(picture).first(size), from_hex("FFD9")})).empty());
    }
  };
  each_cut(test::make_jpeg(358, 441), true, 3);
  // A progressive file that ends between two scans is whole, if coarse.
  each_cut(test::make_jpeg(358, 441, false, true), false, 0);
  each_cut(test::make_jpeg2000(358, 441), true, 3);
  each_cut(test::make_jpeg2000(358, 441, {.bare = true, .tile = 256}), true, 3);
}

TEST_CASE("portraits: no changed byte does more than fail the check") {
  const PortraitRules small{.width = 64, .height = 48, .max_bytes = 20480};
  for (const Bytes& good : {test::make_jpeg(64, 48), test::make_jpeg(64, 48, false, true),
                            test::make_jpeg2000(64, 48), test::make_jpeg2000(64, 48, {.tile = 32})}) {
    CHECK(fault_of(good, small).empty());
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const int flip : {0x01, 0x80, 0xFF}) {
        Bytes changed = good;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
        fault_of(changed, small);
      }
  }
}
