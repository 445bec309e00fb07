#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "identity/portrait_header.hpp"
#include "identity/portrait_reader.hpp"

namespace perso::identity {

namespace {

constexpr std::uint32_t box_type(const char (&name)[5]) {
  std::uint32_t type = 0;
  for (int i = 0; i < 4; ++i) type = type << 8 | static_cast<std::uint8_t>(name[i]);
  return type;
}

// ITU-T T.800 table A.2
enum Marker : std::uint16_t {
  soc = 0xFF4F,
  siz = 0xFF51,
  cod = 0xFF52,
  coc = 0xFF53,
  tlm = 0xFF55,
  plm = 0xFF57,
  plt = 0xFF58,
  qcd = 0xFF5C,
  qcc = 0xFF5D,
  rgn = 0xFF5E,
  crg = 0xFF63,
  com = 0xFF64,
  sot = 0xFF90,
  sod = 0xFF93,
  eoc = 0xFFD9
};
/// What a portrait's header may hold beside SIZ. Without what moves packet headers or changes the order of
/// packets on the way, and without coding styles of a tile's own: no portrait needs them.
constexpr std::array<std::uint16_t, 10> main_markers{cod, coc, tlm, plm, plt, qcd, qcc, rgn, crg, com};
constexpr std::array<std::uint16_t, 5> tile_markers{plt, qcd, qcc, rgn, com};
/// Of both, what decoding takes. The others comment, or tell where packets begin.
constexpr std::array<std::uint16_t, 6> needed_markers{siz, cod, coc, qcd, qcc, rgn};

constexpr std::uint32_t most_pixels_a_side = 65535;
constexpr std::uint64_t most_tiles = 256;
constexpr std::size_t most_tile_parts = 2048;
constexpr int most_layers = 64;
constexpr int most_decompositions = 32;  // of the standard
/// Exponents of the sides, in samples. The decoder keeps a record of each, whether it has data or not.
constexpr int least_code_block = 4;
constexpr int least_precinct = 6;

constexpr std::uint8_t jpeg2000_compression = 7;
constexpr std::uint8_t enumerated_colour = 1;
constexpr std::uint32_t srgb = 16, greyscale = 17;

constexpr double metres_an_inch = 0.0254;

[[noreturn]] void refuse_as_damaged(const std::string& what) {
  refuse_portrait("is a damaged JPEG 2000 file: " + what);
}

struct Box {
  std::uint32_t type = 0;
  ByteView contents;
};

/// T.800 I.4: length (4), type (4), and for a length of 1 the true length (8); 0 is "to the end".
Box next_box(PictureCursor& cursor) {
  std::uint64_t length = cursor.u32();
  std::uint64_t header = 8;
  Box box;
  box.type = cursor.u32();
  if (length == 1) {
    length = be64(cursor.take(8));
    header = 16;
  }
  if (length == 0) {
    box.contents = cursor.take(cursor.left());
    return box;
  }
  if (length < header) refuse_as_damaged("a box without a length");
  box.contents = cursor.take(length - header);
  return box;
}

/// T.800 I.5.3.1: height (4), width (4), components (2), bits - 1, compression type, and two flags.
void read_image_header(ByteView box, PictureHeader& header) {
  if (box.size() != 14) refuse_as_damaged("an image header box of another length");
  const std::uint32_t height = be32(box), width = be32(box.subspan(4));
  if (width > most_pixels_a_side || height > most_pixels_a_side) refuse_portrait("is too large by far");
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(height);
  header.grey = be16(box.subspan(8)) == 1;
}

/// T.800 I.5.3.3: method, precedence, approximation, and for method 1 the colour space (4); 2 is an ICC
/// profile.
void judge_colour(ByteView box, bool grey) {
  PictureCursor cursor(box);
  const std::uint8_t method = cursor.u8();
  cursor.take(2);
  if (method == 2) return;
  if (method != enumerated_colour || cursor.u32() != (grey ? greyscale : srgb))
    refuse_portrait("has another colour space than sRGB or grey; convert it");
}

/// T.800 I.5.3.7.1: vertical and horizontal numerator and denominator (2 each), then both exponents of 10
/// (1 each, signed); samples a metre.
int capture_resolution(ByteView box) {
  if (box.size() != 10) refuse_as_damaged("a resolution box of another length");
  const auto density = [&](std::size_t at, std::size_t exponent_at) {
    const double denominator = be16(box.subspan(at + 2));
    const int exponent = static_cast<std::int8_t>(box[exponent_at]);
    return denominator == 0 ? 0 : be16(box.subspan(at)) / denominator * std::pow(10.0, exponent);
  };
  const double per_inch = std::min(density(0, 8), density(4, 9)) * metres_an_inch;
  return static_cast<int>(std::lround(std::min(per_inch, 65535.0)));
}

void read_resolution(ByteView super_box, PictureHeader& header) {
  for (PictureCursor cursor(super_box); !cursor.at_end();) {
    const Box box = next_box(cursor);
    if (box.type == box_type("resc")) header.dots_per_inch = capture_resolution(box.contents);
  }
}

PictureHeader read_jp2_header(ByteView super_box) {
  PictureHeader header;
  header.format = PictureFormat::jpeg2000;
  PictureCursor cursor(super_box);
  const Box first = next_box(cursor);
  if (first.type != box_type("ihdr")) refuse_as_damaged("no image header box where it has to be");
  read_image_header(first.contents, header);
  while (!cursor.at_end()) {
    const Box box = next_box(cursor);
    if (box.type == box_type("colr")) judge_colour(box.contents, header.grey);
    if (box.type == box_type("res ")) read_resolution(box.contents, header);
    if (box.type == box_type("pclr") || box.type == box_type("cdef"))
      refuse_portrait("has a palette or special channels; save it as plain RGB or grey");
  }
  return header;
}

/// T.800 A.5.1: capabilities (2); the reference grid's size, offset, tile size and tile offset (4 each, x
/// then y); components (2); for each its bits - 1 and its subsampling in x and y.
void read_size(ByteView segment, PictureFacts& facts) {
  PictureCursor size(segment);
  size.take(2);
  const std::uint32_t width = size.u32(), height = size.u32();
  if (width == 0 || height == 0) refuse_portrait("says no width or no height");
  if (width > most_pixels_a_side || height > most_pixels_a_side) refuse_portrait("is too large by far");
  if ((size.u32() | size.u32()) != 0) refuse_portrait("does not begin at the corner of its reference grid");
  const std::uint64_t tile_width = size.u32(), tile_height = size.u32();
  if ((size.u32() | size.u32()) != 0 || tile_width == 0 || tile_height == 0)
    refuse_as_damaged("tiles that cannot be");
  const std::uint64_t tiles =
      ((width + tile_width - 1) / tile_width) * ((height + tile_height - 1) / tile_height);
  if (tiles > most_tiles)
    refuse_portrait("has " + std::to_string(tiles) + " tiles; at most " + std::to_string(most_tiles) +
                    " are allowed");
  const std::uint16_t components = size.u16();
  if (components != 1 && components != 3)
    refuse_portrait("has " + std::to_string(components) + " components; it has to be in RGB or grey");
  for (int i = 0; i < components; ++i) {
    if (size.u8() != 7) refuse_portrait("has not 8 bits a sample without sign; it has to");
    if (size.u16() != 0x0101) refuse_portrait("has components of fewer samples than pixels");
  }
  if (!size.at_end()) refuse_as_damaged("a size segment too long");
  facts.tiles = static_cast<std::size_t>(tiles);
  facts.header.format = PictureFormat::jpeg2000;
  facts.header.width = static_cast<int>(width);
  facts.header.height = static_cast<int>(height);
  facts.header.grey = components == 1;
}

/// T.800 table A.15: decompositions, code-block width and height (exponent - 2), code-block style,
/// transformation, and where the style says so a precinct size for each resolution.
/// @return how often the picture was halved
int read_coding_style(PictureCursor& style, bool own_precincts) {
  const int decompositions = style.u8();
  if (decompositions > most_decompositions) refuse_as_damaged("more decompositions than there can be");
  if (style.u8() + 2 < least_code_block || style.u8() + 2 < least_code_block)
    refuse_portrait("has code-blocks of fewer than 16 by 16 samples");
  style.take(2);
  for (int i = 0; own_precincts && i <= decompositions; ++i) {
    const std::uint8_t exponents = style.u8();
    if ((exponents & 0x0F) < least_precinct || exponents >> 4 < least_precinct)
      refuse_portrait("has precincts of fewer than 64 by 64 samples");
  }
  if (!style.at_end()) refuse_as_damaged("a coding style too long");
  return decompositions;
}

/// T.800 A.6.1: style, progression order, layers (2), component transformation.
int read_coding_default(ByteView segment) {
  PictureCursor cursor(segment);
  const bool own_precincts = (cursor.u8() & 1) != 0;
  cursor.u8();
  const std::uint16_t layers = cursor.u16();
  if (layers == 0 || layers > most_layers)
    refuse_portrait("has not 1 to " + std::to_string(most_layers) + " quality layers");
  cursor.u8();
  return read_coding_style(cursor, own_precincts);
}

/// T.800 A.6.2: component, style.
int read_coding_component(ByteView segment) {
  PictureCursor cursor(segment);
  cursor.u8();
  const bool own_precincts = (cursor.u8() & 1) != 0;
  return read_coding_style(cursor, own_precincts);
}

PictureFacts read_codestream(ByteView codestream) {
  PictureFacts facts;
  facts.coded = codestream;
  facts.plain = true;
  PictureCursor cursor(codestream);
  if (cursor.u16() != soc || cursor.u16() != siz) refuse_as_damaged("no codestream where it has to be");
  read_size(cursor.segment(), facts);
  std::optional<int> of_default;
  facts.halvings = most_decompositions;
  for (;;) {
    facts.data_at = cursor.at();
    const std::uint16_t marker = cursor.u16();
    if (marker == sot) break;
    if (std::ranges::find(main_markers, marker) == main_markers.end())
      refuse_portrait("uses parts of JPEG 2000 that no portrait needs; save it plainly");
    const ByteView segment = cursor.segment();
    if (marker == cod) of_default = read_coding_default(segment);
    if (marker == coc) facts.halvings = std::min(facts.halvings, read_coding_component(segment));
  }
  if (!of_default) refuse_as_damaged("no coding style");
  facts.halvings = std::min(facts.halvings, *of_default);
  return facts;
}

/// T.800 A.4.2
struct TilePart {
  std::uint16_t tile = 0;
  std::uint32_t length = 0;  // from its SOT marker; 0: to the end marker
  std::uint16_t part = 0;    // its number in the tile, and how many the tile has (1 byte each)
  ByteView header;           // between SOT and SOD
  ByteView data;             // behind SOD
};

/// From behind its SOT marker to its end.
TilePart next_tile_part(ByteView codestream, PictureCursor& cursor) {
  const std::size_t start = cursor.at() - 2;
  PictureCursor fields(cursor.segment());
  TilePart part;
  part.tile = fields.u16();
  part.length = fields.u32();
  part.part = fields.u16();
  if (!fields.at_end()) refuse_as_damaged("a tile-part header too long");
  const std::size_t header_at = cursor.at();
  std::size_t header_end = header_at;
  for (std::uint16_t marker = cursor.u16(); marker != sod; marker = cursor.u16()) {
    if (std::ranges::find(tile_markers, marker) == tile_markers.end())
      refuse_portrait("uses parts of JPEG 2000 that no portrait needs; save it plainly");
    cursor.segment();
    header_end = cursor.at();
  }
  part.header = codestream.subspan(header_at, header_end - header_at);
  if (part.length == 0) {
    if (cursor.left() < 2) refuse_portrait("is cut short");
    part.data = cursor.take(cursor.left() - 2);
  } else {
    if (start + part.length < cursor.at()) refuse_as_damaged("a tile-part shorter than its header");
    part.data = cursor.take(start + part.length - cursor.at());
  }
  return part;
}

/// Of a header's segments those that decoding takes.
void append_needed(Bytes& out, ByteView header) {
  for (PictureCursor cursor(header); !cursor.at_end();) {
    const std::size_t start = cursor.at();
    const std::uint16_t marker = cursor.u16();
    cursor.segment();
    if (std::ranges::find(needed_markers, marker) != needed_markers.end())
      append(out, header.subspan(start, cursor.at() - start));
  }
}

void append_tile_part(Bytes& out, const TilePart& part) {
  Bytes header;
  append_needed(header, part.header);
  constexpr std::uint16_t sot_size = 10;
  const std::size_t length = 2 + sot_size + header.size() + 2 + part.data.size();
  append_be16(out, sot);
  append_be16(out, sot_size);
  append_be16(out, part.tile);
  append_be32(out, part.length == 0 ? 0 : static_cast<std::uint32_t>(length));
  append_be16(out, part.part);
  append(out, header);
  append_be16(out, sod);
  append(out, part.data);
}

Bytes strip_codestream(const PictureFacts& facts) {
  Bytes stripped;
  append_be16(stripped, soc);
  append_needed(stripped, facts.coded.subspan(stripped.size(), facts.data_at - stripped.size()));
  PictureCursor cursor(facts.coded, facts.data_at);
  while (cursor.u16() == sot) append_tile_part(stripped, next_tile_part(facts.coded, cursor));
  append_be16(stripped, eoc);
  return stripped;
}

Bytes make_box(const char (&type)[5], ByteView contents) {
  Bytes box;
  append_be32(box, static_cast<std::uint32_t>(8 + contents.size()));
  append_be32(box, box_type(type));
  append(box, contents);
  return box;
}

/// The picture's header box, as read_image_header and judge_colour read it.
Bytes make_jp2_header(const PictureHeader& header) {
  Bytes image;
  append_be32(image, static_cast<std::uint32_t>(header.height));
  append_be32(image, static_cast<std::uint32_t>(header.width));
  append_be16(image, header.grey ? 1 : 3);
  append(image, Bytes{8 - 1, jpeg2000_compression, 0, 0});
  Bytes colour{enumerated_colour, 0, 0};
  append_be32(colour, header.grey ? greyscale : srgb);
  return make_box("jp2h", concat({make_box("ihdr", image), make_box("colr", colour)}));
}

}  // namespace

PictureFacts read_jpeg2000_facts(ByteView file) {
  if (file[0] == 0xFF) return read_codestream(file);
  PictureCursor cursor(file);
  next_box(cursor);  // the signature
  if (next_box(cursor).type != box_type("ftyp")) refuse_as_damaged("no file type box where it has to be");
  std::optional<PictureHeader> said;
  std::optional<PictureFacts> facts;
  while (!cursor.at_end()) {
    const Box box = next_box(cursor);
    if (box.type == box_type("jp2h") && !said) said = read_jp2_header(box.contents);
    if (box.type != box_type("jp2c")) continue;
    if (facts) refuse_portrait("holds more than one picture");
    facts = read_codestream(box.contents);
  }
  if (!said || !facts) refuse_as_damaged("no header box or no codestream");
  facts->header.dots_per_inch = said->dots_per_inch;
  if (facts->header != *said) refuse_as_damaged("header box and codestream say other dimensions");
  return *facts;
}

void require_whole_jpeg2000(const PictureFacts& facts) {
  PictureCursor cursor(facts.coded, facts.data_at);
  std::vector<bool> seen(facts.tiles);
  std::size_t parts = 0;
  for (std::uint16_t marker = cursor.u16(); marker != eoc; marker = cursor.u16()) {
    if (marker != sot) refuse_as_damaged("no tile-part where one has to be");
    if (++parts > most_tile_parts) refuse_portrait("has too many tile-parts");
    const std::size_t tile = next_tile_part(facts.coded, cursor).tile;
    if (tile >= seen.size()) refuse_as_damaged("a tile that is not there");
    seen[tile] = true;
  }
  if (!cursor.at_end()) refuse_portrait("does not end where its JPEG 2000 data ends");
  if (std::ranges::find(seen, false) != seen.end()) refuse_portrait("lacks some of its tiles");
}

Bytes strip_jpeg2000(const PictureFacts& facts) {
  return concat({make_box("jP  ", from_hex("0D0A870A")),
                 make_box("ftyp", concat({as_bytes("jp2 "), from_hex("00000000"), as_bytes("jp2 ")})),
                 make_jp2_header(facts.header), make_box("jp2c", strip_codestream(facts))});
}

}  // namespace perso::identity
