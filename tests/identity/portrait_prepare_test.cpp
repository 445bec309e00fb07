#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "bytes/error.hpp"
#include "identity/portrait.hpp"
#include "support/jpeg.hpp"
#include "support/jpeg2000.hpp"
#include "support/pictures.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

const PortraitRules rules{.width = 358, .height = 441, .max_bytes = 20480};

PortraitRules with_format(PictureFormat format, std::size_t max_bytes, bool grey = false) {
  PortraitRules other = rules;
  other.format = format;
  other.max_bytes = max_bytes;
  other.grey = grey;
  return other;
}

/// Prepares what decodes to the same pixels for whoever compares: a JPEG of quality 100.
Bytes pixels_of(ByteView picture) {
  const PictureHeader header = read_picture_header(picture);
  const Bytes jpeg =
      header.format == PictureFormat::jpeg
          ? Bytes(picture.begin(), picture.end())
          : prepare_portrait(
                picture,
                {.width = header.width, .height = header.height, .max_bytes = 1 << 20, .grey = header.grey});
  return test::decode_jpeg(jpeg);
}

/// Peak signal to noise ratio in decibels; the larger, the more alike.
double likeness(const Bytes& a, const Bytes& b) {
  REQUIRE(a.size() == b.size());
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return squares == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / squares);
}

/// One that no compression takes away: small squares of pseudo-random colours.
Bytes busy_pixels(int width, int height) {
  Bytes pixels;
  std::uint32_t state = 1;
  for (int i = 0; i < width * height; ++i) {
    state = state * 1664525 + 1013904223;
    pixels.insert(pixels.end(), {static_cast<std::uint8_t>(state >> 24),
                                 static_cast<std::uint8_t>(state >> 16), static_cast<std::uint8_t>(i % 256)});
  }
  return pixels;
}

}  // namespace

TEST_CASE("portraits: what conforms is taken byte for byte") {
  const auto same = [](const Bytes& source, const PortraitRules& wanted) {
    return prepare_portrait(source, wanted) == source;
  };
  CHECK(same(test::make_jpeg(358, 441), rules));
  CHECK(same(test::make_jpeg(358, 441, true), with_format(PictureFormat::jpeg, 20480, true)));

  CHECK_FALSE(same(test::make_jpeg(358, 441, false, true), rules));
  CHECK_FALSE(same(test::make_jpeg(358, 441, true), rules));
  CHECK_FALSE(same(test::make_jpeg(358, 441), with_format(PictureFormat::jpeg, 20480, true)));
  CHECK_FALSE(same(test::make_jpeg(358, 441), with_format(PictureFormat::jpeg2000, 20480)));
  CHECK_FALSE(same(test::make_jpeg(359, 441), rules));
  const Bytes large = test::make_jpeg(358, 441, false, false, 100);
  CHECK_FALSE(same(large, with_format(PictureFormat::jpeg, large.size() - 1)));
}

TEST_CASE("portraits: every source becomes the size, the format and the colour that is asked for") {
  const Bytes sources[] = {test::make_jpeg(358, 441, false, false, 95),
                           test::make_jpeg(716, 882, false, true, 95),
                           test::make_jpeg(1500, 1850, false, false, 95),
                           test::make_jpeg(362, 441, false, false, 95),
                           test::make_jpeg2000(900, 1109, {.bare = true}),
                           test::make_jpeg2000(2864, 3528, {.tile = 512, .rate = 40})};
  for (const PictureFormat format : {PictureFormat::jpeg, PictureFormat::jpeg2000})
    for (const bool grey : {false, true}) {
      const PortraitRules wanted = with_format(format, 15000, grey);
      const Bytes drawn = test::decode_jpeg(test::make_jpeg(358, 441, false, false, 100), grey);
      for (const Bytes& source : sources) {
        const Bytes made = prepare_portrait(source, wanted);
        CAPTURE(read_picture_header(source).width);
        CAPTURE(made.size());
        CHECK(made.size() <= 15000);
        CHECK(read_picture_header(made) == PictureHeader{format, 358, 441, grey, 0});
        CHECK(likeness(pixels_of(made), drawn) > 36);
        CHECK(prepare_portrait(source, wanted) == made);
        CHECK(prepare_portrait(made, wanted) == made);
      }
    }
}

TEST_CASE("portraits: grey sources become colour pictures that show no colour") {
  for (const Bytes& grey :
       {test::make_jpeg(358, 441, true, false, 95), test::make_jpeg2000(358, 441, {.components = 1})})
    for (const PictureFormat format : {PictureFormat::jpeg, PictureFormat::jpeg2000}) {
      const Bytes pixels = pixels_of(prepare_portrait(grey, with_format(format, 15000)));
      int most = 0;
      for (std::size_t i = 0; i + 2 < pixels.size(); i += 3)
        most = std::max({most, std::abs(pixels[i] - pixels[i + 1]), std::abs(pixels[i + 2] - pixels[i + 1])});
      CHECK(most <= 3);
    }
}

TEST_CASE("portraits: the middle is kept, and scaling moves nothing") {
  // A white square in the middle of a black picture that is wider than it may be.
  constexpr int width = 730, height = 882;
  Bytes pixels(std::size_t{3} * width * height);
  for (int y = height / 4; y < height * 3 / 4; ++y)
    for (int x = width / 4; x < width * 3 / 4; ++x)
      for (int c = 0; c < 3; ++c) pixels[static_cast<std::size_t>((y * width + x) * 3 + c)] = 255;
  const Bytes source = test::compress_jpeg(pixels, width, height, 95);
  const Bytes made = test::decode_jpeg(prepare_portrait(source, rules));
  const auto at = [&](int x, int y) { return made[static_cast<std::size_t>((y * 358 + x) * 3)]; };
  const auto first_white = [&](auto sample) {
    int i = 0;
    while (sample(i) < 128) ++i;
    return i;
  };
  // 182.5 less 7 cut away, halved; and 220.5 halved: the same from both ends.
  CHECK(std::abs(first_white([&](int i) { return at(i, 220); }) - 88) <= 1);
  CHECK(std::abs(first_white([&](int i) { return at(357 - i, 220); }) - 88) <= 1);
  CHECK(std::abs(first_white([&](int i) { return at(179, i); }) - 110) <= 1);
  CHECK(std::abs(first_white([&](int i) { return at(179, 440 - i); }) - 110) <= 1);
  CHECK(at(179, 220) >= 250);
  CHECK(at(3, 3) <= 5);
}

TEST_CASE("portraits: an even colour stays what it is at every scale") {
  for (const int scale : {359, 447, 500, 800, 1433}) {
    const int height = scale * 441 / 358;
    const Bytes even(std::size_t{3} * static_cast<std::size_t>(scale * height), 200);
    const Bytes source = test::compress_jpeg(even, scale, height, 100);
    const Bytes made = test::decode_jpeg(prepare_portrait(source, rules));
    const auto [darkest, lightest] = std::ranges::minmax(made);
    CAPTURE(scale);
    CHECK(darkest >= 199);
    CHECK(lightest <= 201);
  }
}

TEST_CASE("portraits: the highest quality that fits into the bytes") {
  const Bytes source = test::compress_jpeg(busy_pixels(120, 150), 120, 150, 100);
  const Bytes pixels = test::decode_jpeg(source);
  const auto size_at = [&](int quality, bool full_colour) {
    return test::compress_jpeg(pixels, 120, 150, quality, full_colour).size();
  };
  PortraitRules wanted{.width = 120, .height = 150};
  for (wanted.max_bytes = 5000; wanted.max_bytes < source.size(); wanted.max_bytes += 731) {
    CAPTURE(wanted.max_bytes);
    if (size_at(30, false) > wanted.max_bytes) {
      CHECK_THROWS_AS(prepare_portrait(source, wanted), Error);
      continue;
    }
    const Bytes made = prepare_portrait(source, wanted);
    const bool full_colour = size_at(90, true) <= wanted.max_bytes;
    int quality = 100;
    while (size_at(quality, full_colour) > wanted.max_bytes) --quality;
    CHECK(made == test::compress_jpeg(pixels, 120, 150, quality, full_colour));
  }
}

TEST_CASE("portraits: JPEG 2000 uses the bytes that it is given") {
  const Bytes source = test::compress_jpeg(busy_pixels(358, 441), 358, 441, 100);
  double before = 0;
  for (const std::size_t budget : {6000U, 12000U, 24000U, 48000U}) {
    PortraitRules wanted = with_format(PictureFormat::jpeg2000, budget);
    wanted.max_source_bytes = 1 << 20;
    const Bytes made = prepare_portrait(source, wanted);
    CAPTURE(budget);
    CHECK(made.size() <= budget);
    CHECK(made.size() * 100 >= budget * 97);
    const double now = likeness(pixels_of(made), test::decode_jpeg(source));
    CHECK(now > before);
    before = now;
  }
}

TEST_CASE("portraits: too few bytes for any picture worth having are refused, with what to do") {
  const Bytes source = test::compress_jpeg(busy_pixels(358, 441), 358, 441, 100);
  for (const PictureFormat format : {PictureFormat::jpeg, PictureFormat::jpeg2000})
    for (const std::size_t budget : {0U, 1U, 100U, 2000U}) {
      CAPTURE(budget);
      try {
        prepare_portrait(source, with_format(format, budget));
        FAIL_CHECK("it was made");
      } catch (const Error& error) {
        CHECK(error.code() == Code::portrait_invalid);
        CHECK(error.message().find(std::to_string(budget) + " bytes; allow more") != std::string::npos);
      }
    }
}

TEST_CASE("portraits: preparing refuses whatever the check refuses") {
  const Bytes good = test::make_jpeg(358, 441);
  for (const Bytes& bad : {Bytes{}, Bytes(good.begin(), good.end() - 40), concat({good, Bytes{0}}),
                           test::make_jpeg(357, 441), test::make_jpeg(441, 358)}) {
    CHECK_THROWS_AS(check_portrait(bad, rules), Error);
    CHECK_THROWS_AS(prepare_portrait(bad, rules), Error);
  }
  // Conforming by its header alone.
  const std::size_t scan = test::find(good, "FFDA");
  const Bytes emptied = concat({ByteView(good).first(scan + 20), from_hex("FFD9")});
  CHECK_THROWS_AS(prepare_portrait(emptied, rules), Error);
}
