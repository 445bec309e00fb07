#include "tlv/tlv.hpp"

#include "bytes/error.hpp"

namespace perso::tlv {

namespace {

[[noreturn]] void malformed(const char* what) {
  throw Error(Code::malformed, what);
}

struct Head {
  Tag tag;
  std::size_t head_size = 0;
  std::size_t length = 0;
};

/// Tag and length at the start of `input`; nullopt when they are cut. Wrong encodings throw.
std::optional<Head> read_head(ByteView input, Rules rules) {
  if (input.empty()) return std::nullopt;
  Head head;
  std::size_t at = 0;
  head.tag.value = input[at++];
  if ((head.tag.value & 0x1F) == 0x1F) {
    bool more = true;
    while (more) {
      if (at == input.size()) return std::nullopt;
      if (at == 4) malformed("a TLV tag is longer than four bytes");
      const std::uint8_t byte = input[at++];
      if (at == 2 && byte == 0x80) malformed("a TLV tag has a leading zero");
      if (at == 2 && byte < 0x1F && rules == Rules::der) malformed("a TLV tag is not in its shortest form");
      head.tag.value = head.tag.value << 8 | byte;
      more = (byte & 0x80) != 0;
    }
  }
  if (at == input.size()) return std::nullopt;
  const std::uint8_t first = input[at++];
  if (first < 0x80) {
    head.length = first;
  } else {
    const std::size_t count = first & 0x7F;
    if (count == 0) malformed("a TLV length is indefinite");
    if (count > 4) malformed("a TLV length has more than four bytes");
    if (input.size() - at < count) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) head.length = head.length << 8 | input[at++];
    const bool shortest = head.length >= 0x80 && head.length >> (8 * (count - 1)) != 0;
    if (rules == Rules::der && !shortest) malformed("a TLV length is not in its shortest form");
  }
  head.head_size = at;
  return head;
}

void append_head(Bytes& out, Tag tag, std::size_t length) {
  bool begun = false;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto byte = static_cast<std::uint8_t>(tag.value >> shift);
    begun = begun || byte != 0 || shift == 0;
    if (begun) out.push_back(byte);
  }
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
    return;
  }
  if (length > 0xFFFFFFFF) malformed("a TLV value is longer than four length bytes can say");
  std::uint8_t count = 1;
  while (length >> (8 * count) != 0) ++count;
  out.push_back(static_cast<std::uint8_t>(0x80 | count));
  for (int i = count - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
}

}  // namespace

bool Tag::constructed() const {
  std::uint32_t first = value;
  while (first > 0xFF) first >>= 8;
  return (first & 0x20) != 0;
}

Element Reader::next() {
  const auto head = read_head(rest_, rules_);
  if (!head || head->length > rest_.size() - head->head_size) malformed("a TLV element is cut short");
  const Element element{head->tag, rest_.subspan(head->head_size, head->length),
                        rest_.first(head->head_size + head->length)};
  rest_ = rest_.subspan(element.encoded.size());
  return element;
}

Element Reader::expect(Tag tag) {
  const Element element = next();
  if (element.tag != tag) malformed("a TLV element has another tag than its place asks for");
  return element;
}

std::optional<Element> Reader::take(Tag tag) {
  if (at_end()) return std::nullopt;
  const auto head = read_head(rest_, rules_);
  if (!head || head->tag != tag) return std::nullopt;
  return next();
}

void Reader::expect_end() const {
  if (!at_end()) malformed("bytes follow the last TLV element");
}

Element single(ByteView input, Rules rules) {
  Reader reader(input, rules);
  const Element element = reader.next();
  reader.expect_end();
  return element;
}

std::optional<Element> find(ByteView input, Tag tag, Rules rules) {
  for (Reader reader(input, rules); !reader.at_end();)
    if (const Element element = reader.next(); element.tag == tag) return element;
  return std::nullopt;
}

std::optional<std::size_t> announced_size(ByteView head) {
  const auto read = read_head(head, Rules::ber);
  if (!read) return std::nullopt;
  return read->head_size + read->length;
}

std::size_t encoded_size(Tag tag, std::size_t contents) {
  Bytes head;
  append_head(head, tag, contents);
  return head.size() + contents;
}

Bytes encode(Tag tag, ByteView value) {
  Bytes out;
  out.reserve(value.size() + 8);
  append(out, tag, value);
  return out;
}

Bytes encode(Tag tag, std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Bytes out;
  out.reserve(size + 8);
  append_head(out, tag, size);
  for (const ByteView part : parts) perso::append(out, part);
  return out;
}

void append(Bytes& out, Tag tag, ByteView value) {
  append_head(out, tag, value.size());
  perso::append(out, value);
}

}  // namespace perso::tlv
