// Draws the portraits of the sample batch: `make_portraits DIR` writes 01.jpg to 12.jpg. Each is a flat head
// and shoulders in colours of its own with SPECIMEN across it, plainly no photograph of anybody.
#include <turbojpeg.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int width = 358;
constexpr int height = 441;
constexpr std::size_t max_bytes = 20480;

struct Colour {
  std::uint8_t red, green, blue;
};

struct Look {
  Colour ground, clothes, head, hair;
  int head_width;  // half axis of the head, pixels
  int hair_line;   // where the hair ends, pixels from the top
};

constexpr Colour ink{40, 40, 40};
constexpr Colour band{255, 255, 255};

// Heads are in colours that no head has.
constexpr std::array<Look, 12> looks{{
    {{222, 235, 247}, {49, 130, 189}, {158, 202, 225}, {8, 81, 156}, 78, 150},
    {{229, 245, 224}, {49, 163, 84}, {161, 217, 155}, {0, 90, 50}, 70, 165},
    {{254, 230, 206}, {230, 85, 13}, {253, 174, 107}, {127, 39, 4}, 82, 140},
    {{239, 237, 245}, {117, 107, 177}, {188, 189, 220}, {63, 0, 125}, 74, 172},
    {{240, 240, 240}, {99, 99, 99}, {189, 189, 189}, {37, 37, 37}, 80, 158},
    {{255, 237, 160}, {189, 0, 38}, {254, 178, 76}, {128, 0, 38}, 68, 145},
    {{224, 243, 219}, {8, 104, 172}, {123, 204, 196}, {8, 64, 129}, 76, 180},
    {{253, 224, 221}, {197, 27, 138}, {250, 159, 181}, {122, 1, 119}, 72, 152},
    {{236, 226, 240}, {2, 129, 138}, {166, 189, 219}, {1, 70, 54}, 84, 162},
    {{255, 247, 188}, {217, 95, 14}, {254, 196, 79}, {102, 37, 6}, 66, 138},
    {{229, 245, 249}, {44, 162, 95}, {153, 216, 201}, {0, 68, 27}, 79, 168},
    {{247, 244, 249}, {221, 28, 119}, {201, 148, 199}, {103, 0, 31}, 71, 148},
}};

/// Letters of 5 by 7 dots, a row in the low five bits of each value.
using Glyph = std::array<std::uint8_t, 7>;
constexpr std::string_view text = "SPECIMEN";
constexpr std::array<Glyph, 8> glyphs{{
    {0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E},  // S
    {0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10},  // P
    {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F},  // E
    {0x0F, 0x10, 0x10, 0x10, 0x10, 0x10, 0x0F},  // C
    {0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E},  // I
    {0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11},  // M
    {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F},  // E
    {0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11},  // N
}};
static_assert(text.size() == glyphs.size());

constexpr int dot = 6;           // pixels
constexpr int letter = 7 * dot;  // pitch
constexpr int text_left = (width - letter * static_cast<int>(glyphs.size()) + 2 * dot) / 2;
constexpr int text_top = 350;
constexpr int band_top = text_top - 2 * dot, band_bottom = text_top + 9 * dot;

bool in_ellipse(int x, int y, int centre_y, int half_width, int half_height) {
  const double across = static_cast<double>(x - width / 2) / half_width;
  const double down = static_cast<double>(y - centre_y) / half_height;
  return across * across + down * down <= 1;
}

bool in_text(int x, int y) {
  if (x < text_left || y < text_top) return false;
  const int index = (x - text_left) / letter;
  const int column = (x - text_left) % letter / dot;
  const int row = (y - text_top) / dot;
  if (index >= static_cast<int>(glyphs.size()) || column > 4 || row > 6) return false;
  return (glyphs[static_cast<std::size_t>(index)][static_cast<std::size_t>(row)] >> (4 - column) & 1) != 0;
}

Colour colour_at(const Look& look, int x, int y) {
  if (y >= band_top && y < band_bottom) return in_text(x, y) ? ink : band;
  if (in_ellipse(x, y, 185, look.head_width, 105)) return y < look.hair_line ? look.hair : look.head;
  if (in_ellipse(x, y, height, 150, 135)) return look.clothes;
  return look.ground;
}

std::vector<std::uint8_t> draw(const Look& look) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(width) * height * 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const Colour colour = colour_at(look, x, y);
      pixels.insert(pixels.end(), {colour.red, colour.green, colour.blue});
    }
  return pixels;
}

std::vector<std::uint8_t> compress(const std::vector<std::uint8_t>& pixels) {
  const std::unique_ptr<void, int (*)(tjhandle)> compressor(tjInitCompress(), tjDestroy);
  unsigned char* jpeg = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(compressor.get(), pixels.data(), width, 0, height, TJPF_RGB, &jpeg, &size,
                                 TJSAMP_444, 85, 0);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(jpeg, tjFree);
  if (failed != 0 || size > max_bytes)
    throw std::runtime_error("a portrait cannot be compressed to its limit");
  return {jpeg, jpeg + size};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_portraits DIR\n", stderr);
    return 2;
  }
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const std::string name = (number.size() == 1 ? "0" : "") + number + ".jpg";
    const std::vector<std::uint8_t> jpeg = compress(draw(looks[i]));
    std::ofstream out(std::filesystem::path(argv[1]) / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(jpeg.data()), static_cast<std::streamsize>(jpeg.size()));
    if (!out.flush()) throw std::runtime_error(name + " cannot be written");
  }
}
