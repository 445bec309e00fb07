// BER-TLV (ISO/IEC 7816-4 5.2.2, ISO/IEC 8825-1): strict reading over views, and writing.
#pragma once

#include <optional>
#include <vector>

#include "bytes/bytes.hpp"

namespace perso::tlv {

/// A tag as its bytes read big-endian: 0x61, 0x7F61, 0x5F2E. At most four bytes.
struct Tag {
  std::uint32_t value = 0;
  constexpr bool operator==(const Tag&) const = default;
  /// Whether the encoding is constructed (bit 6 of the first byte).
  bool constructed() const;
};

/// One element: views into the caller's buffer, which must outlive it.
struct Element {
  Tag tag;
  ByteView value;    // the contents
  ByteView encoded;  // tag, length and contents
};

/// How lengths are judged.
enum class Rules {
  ber,  // definite lengths in any number of bytes up to four
  der,  // shortest form only
};

/// Reads elements one after the other. Every length is checked against what is left before anything is taken.
class Reader {
 public:
  explicit Reader(ByteView input, Rules rules = Rules::der) : rest_(input), rules_(rules) {}
  bool at_end() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }
  /// @throws Error Code::malformed on a cut, indefinite or (der) not shortest element
  Element next();
  /// The next element, which must have this tag.
  Element expect(Tag tag);
  /// The next element if it has this tag.
  std::optional<Element> take(Tag tag);
  /// @throws Error Code::malformed when bytes are left
  void expect_end() const;

 private:
  ByteView rest_;
  Rules rules_;
};

/// The only element of the input: nothing follows it.
Element single(ByteView input, Rules rules = Rules::der);
/// The first element with this tag among those in `input`, not looking inside.
std::optional<Element> find(ByteView input, Tag tag, Rules rules = Rules::der);
/// Total length (tag, length, contents) of the element that begins here, from its first bytes (at most 9 are
/// looked at). For reading a file of unknown size. nullopt when the head does not hold the whole tag and
/// length.
std::optional<std::size_t> announced_size(ByteView head);

/// Bytes of an element with so many of contents, its length in the shortest form.
std::size_t encoded_size(Tag tag, std::size_t contents);
/// Tag, shortest length, contents.
Bytes encode(Tag tag, ByteView value);
/// A constructed element from its parts, already encoded.
Bytes encode(Tag tag, std::initializer_list<ByteView> parts);
/// Appends the element to `out`.
void append(Bytes& out, Tag tag, ByteView value);

}  // namespace perso::tlv
