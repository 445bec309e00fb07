#include "crypto/ber.hpp"

#include "bytes/error.hpp"
#include "tlv/tlv.hpp"

namespace perso::crypto::asn1 {

namespace {

constexpr int max_depth = 32;
constexpr tlv::Tag octet_string{0x04}, octet_string_in_pieces{0x24};

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, std::string("BER: ") + what);
}

struct Head {
  tlv::Tag tag;
  std::size_t length = 0;
  bool indefinite = false;
};

/// Walks over elements from the front, rewriting each as it goes.
class Transcoder {
 public:
  explicit Transcoder(ByteView input) : rest_(input) {}

  ByteView rest() const { return rest_; }
  bool lengths_deviate() const { return lengths_deviate_; }
  bool strings_in_pieces() const { return strings_in_pieces_; }

  Head head() {
    Head out;
    out.tag.value = octet();
    if ((out.tag.value & 0x1F) == 0x1F) {
      std::uint8_t next = 0;
      do {
        require(out.tag.value < 0x1000000, "a tag is longer than four bytes");
        next = octet();
        out.tag.value = out.tag.value << 8 | next;
      } while (next >= 0x80);
    }
    const std::uint8_t first = octet();
    if (first < 0x80) {
      out.length = first;
    } else if (first == 0x80) {
      require(out.tag.constructed(), "a primitive value of indefinite length");
      out.indefinite = lengths_deviate_ = true;
    } else {
      take_length(out, first & 0x7F);
    }
    require(out.indefinite || out.length <= rest_.size(), "an element is cut short");
    return out;
  }

  /// Appends the next element.
  void element(Bytes& out, int depth) {
    require(depth <= max_depth, "more than 32 levels");
    const Head at = head();
    if (!at.tag.constructed()) {
      tlv::append(out, at.tag, rest_.first(at.length));
      rest_ = rest_.subspan(at.length);
      return;
    }
    Bytes inside;
    if (at.indefinite) {
      while (!end_of_contents()) element(inside, depth + 1);
    } else {
      const ByteView behind = rest_.subspan(at.length);
      rest_ = rest_.first(at.length);
      while (!rest_.empty()) element(inside, depth + 1);
      rest_ = behind;
    }
    if (at.tag == octet_string_in_pieces) {
      strings_in_pieces_ = true;
      tlv::append(out, octet_string, joined(inside));
    } else {
      tlv::append(out, at.tag, inside);
    }
  }

 private:
  std::uint8_t octet() {
    require(!rest_.empty(), "an element is cut short");
    const std::uint8_t out = rest_.front();
    rest_ = rest_.subspan(1);
    return out;
  }

  void take_length(Head& head, std::size_t count) {
    require(count <= 8, "a length of more than eight bytes");
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | octet();
    const bool shortest = length >= 0x80 && length >> (8 * (count - 1)) != 0;
    lengths_deviate_ = lengths_deviate_ || !shortest;
    head.length = length;
  }

  bool end_of_contents() {
    require(rest_.size() >= 2, "an indefinite length does not end");
    const bool ends = rest_[0] == 0 && rest_[1] == 0;
    if (ends) rest_ = rest_.subspan(2);
    return ends;
  }

  static Bytes joined(ByteView pieces) {
    Bytes out;
    for (tlv::Reader reader(pieces); !reader.at_end();) append(out, reader.expect(octet_string).value);
    return out;
  }

  ByteView rest_;
  bool lengths_deviate_ = false, strings_in_pieces_ = false;
};

}  // namespace

Bytes to_der(ByteView received, Deviations& deviations) {
  Transcoder transcoder(received);
  Bytes out;
  out.reserve(received.size());
  transcoder.element(out, 1);
  require(transcoder.rest().empty(), "bytes follow the element");
  if (transcoder.lengths_deviate()) deviations.found("a length is indefinite or not in its shortest form");
  if (transcoder.strings_in_pieces()) deviations.found("an octet string comes in pieces");
  return out;
}

ByteView first_inside(ByteView ber) {
  Transcoder transcoder(ber);
  require(transcoder.head().tag.constructed(), "nothing is inside of a primitive value");
  const ByteView inside = transcoder.rest();
  Bytes ignored;
  transcoder.element(ignored, 2);
  return inside.first(inside.size() - transcoder.rest().size());
}

}  // namespace perso::crypto::asn1
