#include "bytes/bytes.hpp"

#include "bytes/error.hpp"

namespace perso {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

[[noreturn]] void malformed(std::string message) {
  throw Error(Code::malformed, std::move(message));
}

template <typename Integer>
void append_integer(Bytes& out, Integer value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}

template <typename Integer>
Integer read_integer(ByteView bytes) {
  Integer value = 0;
  for (const std::uint8_t byte : slice(bytes, 0, sizeof value))
    value = static_cast<Integer>((value << 8) | byte);
  return value;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 0x0F]);
  }
  return text;
}

Bytes from_hex(std::string_view text) {
  if (text.size() % 2 != 0) malformed("hexadecimal text has an odd number of digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0)
      malformed("position " + std::to_string(high < 0 ? i + 1 : i + 2) + " is no hexadecimal digit");
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

Bytes concat(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Bytes whole;
  whole.reserve(size);
  for (const ByteView part : parts) append(whole, part);
  return whole;
}

void append(Bytes& head, ByteView tail) {
  head.insert(head.end(), tail.begin(), tail.end());
}

ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string as_text(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

void append_be16(Bytes& out, std::uint16_t value) {
  append_integer(out, value);
}
void append_be32(Bytes& out, std::uint32_t value) {
  append_integer(out, value);
}
void append_be64(Bytes& out, std::uint64_t value) {
  append_integer(out, value);
}
std::uint16_t be16(ByteView bytes) {
  return read_integer<std::uint16_t>(bytes);
}
std::uint32_t be32(ByteView bytes) {
  return read_integer<std::uint32_t>(bytes);
}
std::uint64_t be64(ByteView bytes) {
  return read_integer<std::uint64_t>(bytes);
}

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  // volatile: the compiler may not leave the loop at the first difference
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

ByteView slice(ByteView bytes, std::size_t offset, std::size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset)
    malformed("cut short: " + std::to_string(size) + " bytes wanted at offset " + std::to_string(offset) +
              " of " + std::to_string(bytes.size()));
  return bytes.subspan(offset, size);
}

}  // namespace perso
