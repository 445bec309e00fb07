#include "identity/portrait.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/jpeg.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

const PortraitLimits limits{358, 441, 20480};

std::string fault_of(ByteView jpeg, const PortraitLimits& wanted = limits) {
  try {
    check_portrait(jpeg, wanted);
  } catch (const Error& error) {
    CHECK(error.code() == Code::portrait_invalid);
    return error.message();
  }
  return "";
}

/// The same file with other dimensions in its frame header (SOF: length 2, precision 1, height 2, width 2).
Bytes with_dimensions(Bytes jpeg, std::uint16_t width, std::uint16_t height) {
  for (std::size_t i = 2; i + 8 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xFF || jpeg[i + 1] != 0xC0) continue;
    jpeg[i + 5] = static_cast<std::uint8_t>(height >> 8);
    jpeg[i + 6] = static_cast<std::uint8_t>(height & 0xFF);
    jpeg[i + 7] = static_cast<std::uint8_t>(width >> 8);
    jpeg[i + 8] = static_cast<std::uint8_t>(width & 0xFF);
    break;
  }
  return jpeg;
}

}  // namespace

TEST_CASE("portraits: whole JPEGs of the right size pass") {
  CHECK(fault_of(test::make_jpeg(358, 441)).empty());
  CHECK(fault_of(test::make_jpeg(358, 441, true)).empty());
  CHECK(fault_of(test::make_jpeg(358, 441, false, true)).empty());
  const PortraitSize size = portrait_size(test::make_jpeg(358, 441));
  CHECK(size.width == 358);
  CHECK(size.height == 441);
  CHECK_FALSE(size.grey);
  CHECK(portrait_size(test::make_jpeg(40, 30, true)).grey);
}

TEST_CASE("portraits: other dimensions, other sizes and other files are refused, with what is wanted") {
  CHECK(fault_of(test::make_jpeg(357, 441)).find("358 by 441") != std::string::npos);
  CHECK_FALSE(fault_of(test::make_jpeg(358, 440)).empty());
  CHECK_FALSE(fault_of(test::make_jpeg(441, 358)).empty());
  CHECK(fault_of(test::make_jpeg(358, 441), {358, 441, 1000}).find("1000") != std::string::npos);
  CHECK_FALSE(fault_of({}).empty());
  CHECK_FALSE(fault_of(from_hex("FFD8FFD9")).empty());
  CHECK_FALSE(fault_of(as_bytes("\x89PNG\r\n\x1a\n")).empty());
  CHECK_FALSE(fault_of(Bytes(20000, 0)).empty());
  CHECK_THROWS_AS(portrait_size(Bytes(20, 0xFF)), Error);
}

TEST_CASE("portraits: a file cut anywhere is refused, and one with something behind its end") {
  for (const bool progressive : {false, true}) {
    Bytes jpeg = test::make_jpeg(358, 441, false, progressive);
    for (std::size_t size = 0; size < jpeg.size(); size += size < 700 || size + 50 > jpeg.size() ? 1 : 97) {
      CAPTURE(size);
      CHECK_FALSE(fault_of(ByteView(jpeg).first(size)).empty());
      // The same with an end marker put behind the cut. The last coded byte may be padding alone, and a
      // progressive file that ends between two scans is whole, if coarse.
      if (progressive || size + 3 >= jpeg.size()) continue;
      Bytes closed(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size));
      append(closed, from_hex("FFD9"));
      CHECK_FALSE(fault_of(closed).empty());
    }
    jpeg.push_back(0);
    CHECK_FALSE(fault_of(jpeg).empty());
  }
}

TEST_CASE("portraits: a header of 100 megapixels is refused before anything is decoded") {
  const Bytes huge = with_dimensions(test::make_jpeg(358, 441), 10000, 10000);
  CHECK(portrait_size(huge).width == 10000);
  CHECK(fault_of(huge).find("10000 by 10000") != std::string::npos);
  // A header that lies: the right dimensions before too little data.
  CHECK_FALSE(fault_of(with_dimensions(test::make_jpeg(358, 200), 358, 441)).empty());
}

TEST_CASE("portraits: no changed byte makes the check crash") {
  const Bytes good = test::make_jpeg(64, 48);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 0xFF;
    fault_of(changed, {64, 48, 20480});
  }
}
