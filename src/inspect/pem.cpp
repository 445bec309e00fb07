#include "inspect/pem.hpp"

#include "bytes/error.hpp"

namespace perso::inspect {

namespace {

[[noreturn]] void malformed(const char* what) {
  throw Error(Code::malformed, what);
}

/// -1 for a character that is none of them.
int sextet_of(char c) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = alphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

Bytes from_base64(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t characters = 0, fill = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    const int sextet = c == '=' ? 0 : sextet_of(c);
    fill += c == '=' ? 1 : 0;
    if (sextet < 0 || fill > 2 || (fill > 0 && c != '=')) malformed("a PEM block is not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(sextet);
    if (++characters % 4 != 0) continue;
    for (int shift = 16; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
    bytes.resize(bytes.size() - fill);
    bits = 0;
  }
  if (characters % 4 != 0) malformed("a PEM block is cut short");
  return bytes;
}

}  // namespace

std::vector<Bytes> objects_in(Bytes file) {
  constexpr std::string_view begin = "-----BEGIN ", end = "-----END ", dashes = "-----";
  constexpr std::uint8_t der_sequence = 0x30;
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  std::size_t at = text.find(begin);
  if (at == std::string_view::npos || file.front() == der_sequence) return {std::move(file)};
  std::vector<Bytes> objects;
  for (; at != std::string_view::npos; at = text.find(begin, at)) {
    const std::size_t label_end = text.find(dashes, at + begin.size());
    const std::size_t closed = text.find(end, at);
    if (label_end == std::string_view::npos || closed == std::string_view::npos || closed < label_end)
      malformed("a PEM block does not end");
    const std::size_t from = label_end + dashes.size();
    objects.push_back(from_base64(text.substr(from, closed - from)));
    at = closed;
  }
  return objects;
}

}  // namespace perso::inspect
