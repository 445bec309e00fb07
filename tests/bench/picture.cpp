#include "bench/picture.hpp"

#include <cmath>
#include <random>

#include "support/jpeg.hpp"

namespace perso::bench {

namespace {

/// An oval before a bright ground, both with a texture that is seen at any size, and the grain of a camera.
Bytes draw(int width, int height, std::size_t seed) {
  std::minstd_rand random(static_cast<unsigned>(seed) + 1);
  std::uniform_int_distribution<int> grain(-6, 6);
  Bytes pixels;
  pixels.reserve(std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      const double x = 2.0 * column / width - 1, y = 2.0 * row / height - 1;
      const bool oval = x * x / 0.3 + y * y / 0.5 < 1;
      const double texture = std::sin(60 * x + 9 * y * y) * std::cos(50 * y + static_cast<double>(seed));
      const double light = (oval ? 120 + 40 * x : 200 - 20 * y) + (oval ? 14 : 4) * texture;
      for (const double colour : {1.0, 0.9, 0.8})
        pixels.push_back(static_cast<std::uint8_t>(light * colour + grain(random)));
    }
  return pixels;
}

std::vector<Bytes> pictures(std::size_t count, int width, int height, int quality) {
  std::vector<Bytes> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(test::compress_jpeg(draw(width, height, i), width, height, quality));
  return made;
}

}  // namespace

std::vector<Bytes> source_pictures(std::size_t count) {
  return pictures(count, 1200, 1500, 85);
}

std::vector<Bytes> chip_pictures(std::size_t count) {
  return pictures(count, 358, 441, 83);
}

void decode_picture(const Bytes& jpeg) {
  test::decode_jpeg(jpeg);
}

}  // namespace perso::bench
