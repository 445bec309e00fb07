#include "identity/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "bytes/error.hpp"

namespace perso::identity {

namespace {

constexpr char32_t last_code_point = 0x10FFFF;
constexpr char32_t first_supplementary = 0x10000;

bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

[[noreturn]] void malformed(const char* encoding, std::size_t position) {
  throw Error(Code::malformed,
              "text is not " + std::string(encoding) + " at byte " + std::to_string(position + 1));
}

/// The character at `at`, which moves past it; nullopt where the bytes are none.
std::optional<char32_t> take_utf8(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  const std::size_t size = lead < 0x80         ? 1
                           : lead >> 5 == 0x06 ? 2
                           : lead >> 4 == 0x0E ? 3
                           : lead >> 3 == 0x1E ? 4
                                               : 0;
  if (size == 0 || size > text.size() - at) return std::nullopt;
  char32_t c = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[at + i]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    c = c << 6 | (byte & 0x3F);
  }
  constexpr char32_t first_of_size[] = {0, 0, 0x80, 0x800, first_supplementary};
  if (c < first_of_size[size] || c > last_code_point || is_surrogate(c)) return std::nullopt;
  at += size;
  return c;
}

void append_unit(Bytes& out, char32_t unit) {
  out.push_back(static_cast<std::uint8_t>(unit & 0xFF));
  out.push_back(static_cast<std::uint8_t>(unit >> 8 & 0xFF));
}

void require_ascii(ByteView text) {
  const auto other = std::ranges::find_if(text, [](std::uint8_t byte) { return byte > 0x7F; });
  if (other != text.end()) malformed("ASCII", static_cast<std::size_t>(other - text.begin()));
}

/// From one order of bytes to the other.
void swap_pairs(Bytes& utf16) {
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) std::swap(utf16[i], utf16[i + 1]);
}

}  // namespace

std::u32string decode_utf8(std::string_view utf8) {
  std::u32string text;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto c = take_utf8(utf8, at);
    if (!c) malformed("UTF-8", at);
    text.push_back(*c);
  }
  return text;
}

std::string encode_utf8(std::u32string_view text) {
  std::string utf8;
  const auto put = [&utf8](char32_t byte) { utf8.push_back(static_cast<char>(byte)); };
  const auto put_rest = [&put](char32_t c, int shift) { put(0x80 | (c >> shift & 0x3F)); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6);
      put_rest(c, 0);
    } else if (c < first_supplementary) {
      put(0xE0 | c >> 12);
      put_rest(c, 6);
      put_rest(c, 0);
    } else {
      put(0xF0 | c >> 18);
      put_rest(c, 12);
      put_rest(c, 6);
      put_rest(c, 0);
    }
  }
  return utf8;
}

Bytes utf16le(std::string_view utf8) {
  Bytes out;
  for (const char32_t c : decode_utf8(utf8)) {
    if (c < first_supplementary) {
      append_unit(out, c);
    } else {
      append_unit(out, 0xD800 | (c - first_supplementary) >> 10);
      append_unit(out, 0xDC00 | ((c - first_supplementary) & 0x3FF));
    }
  }
  return out;
}

std::string utf8_from_utf16le(ByteView utf16) {
  if (utf16.size() % 2 != 0) malformed("UTF-16LE", utf16.size());
  const auto unit = [utf16](std::size_t at) { return static_cast<char32_t>(utf16[at] | utf16[at + 1] << 8); };
  std::u32string text;
  for (std::size_t at = 0; at < utf16.size(); at += 2) {
    char32_t c = unit(at);
    if (is_surrogate(c)) {
      const char32_t low = at + 2 < utf16.size() ? unit(at + 2) : 0;
      if (c >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) malformed("UTF-16LE", at);
      c = first_supplementary + ((c & 0x3FF) << 10 | (low & 0x3FF));
      at += 2;
    }
    text.push_back(c);
  }
  return encode_utf8(text);
}

std::size_t unit_size(Encoding encoding) {
  return encoding == Encoding::utf_16le || encoding == Encoding::utf_16be ? 2 : 1;
}

Bytes encode_text(std::string_view utf8, Encoding encoding) {
  if (unit_size(encoding) == 2) {
    Bytes stored = utf16le(utf8);
    if (encoding == Encoding::utf_16be) swap_pairs(stored);
    return stored;
  }
  const ByteView bytes = as_bytes(utf8);
  if (encoding == Encoding::ascii)
    require_ascii(bytes);
  else
    decode_utf8(utf8);  // throws where it is none
  return {bytes.begin(), bytes.end()};
}

std::string decode_text(ByteView stored, Encoding encoding) {
  if (unit_size(encoding) == 2) {
    Bytes utf16(stored.begin(), stored.end());
    if (encoding == Encoding::utf_16be) swap_pairs(utf16);
    return utf8_from_utf16le(utf16);
  }
  if (encoding == Encoding::ascii) require_ascii(stored);
  std::string text = as_text(stored);
  decode_utf8(text);
  return text;
}

std::size_t utf16_units(std::string_view utf8) {
  std::size_t units = 0;
  for (const char32_t c : decode_utf8(utf8)) units += c < first_supplementary ? 1 : 2;
  return units;
}

}  // namespace perso::identity
