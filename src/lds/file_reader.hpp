// Reads the elements of one file, strictly or not, as who is told of its deviations wants.
#pragma once

#include <string>

#include "bytes/deviations.hpp"
#include "bytes/error.hpp"
#include "tlv/tlv.hpp"

namespace perso::lds {

/// Elements one after the other, as tlv::Reader gives them. A length that is not the shortest and bytes
/// behind the last element are deviations. Views: file name, bytes and deviations must outlive it.
class FileReader {
 public:
  /// @param name "EF.COM", for what is told
  FileReader(std::string_view name, ByteView contents, Deviations& deviations)
      // Not DER: 5F01 is a number below 31 in two bytes.
      : name_(name), deviations_(&deviations), elements_(contents, tlv::Rules::ber) {}

  bool at_end() const { return elements_.at_end(); }
  ByteView rest() const { return elements_.rest(); }
  tlv::Element next() { return judged(elements_.next()); }
  tlv::Element expect(tlv::Tag tag) { return judged(elements_.expect(tag)); }
  std::optional<tlv::Element> take(tlv::Tag tag) {
    auto element = elements_.take(tag);
    if (element) judged(*element);
    return element;
  }
  /// The first with this tag of the elements that are left, which stay.
  std::optional<tlv::Element> find(tlv::Tag tag) const {
    for (FileReader left = *this; !left.at_end();)
      if (const tlv::Element element = left.next(); element.tag == tag) return element;
    return std::nullopt;
  }
  void expect_end() {
    if (!at_end()) deviation("bytes follow the last element");
  }
  /// Over the contents of one of its elements.
  FileReader inside(const tlv::Element& element) const { return {name_, element.value, *deviations_}; }
  /// Over the contents of the one element that all of it is.
  FileReader only(tlv::Tag tag) {
    const tlv::Element element = expect(tag);
    expect_end();
    return inside(element);
  }

  Deviations& deviations() const { return *deviations_; }
  void deviation(const std::string& what) const { deviations_->found(told(what)); }
  /// @throws Error Code::malformed unless it holds
  void require(bool holds, const char* what) const {
    if (!holds) throw Error(Code::malformed, told(what));
  }

 private:
  std::string told(const std::string& what) const { return std::string(name_) + ": " + what; }
  static std::size_t tag_size(tlv::Tag tag) { return bytes_of(tag.value); }
  static std::size_t length_size(std::size_t length) { return length < 0x80 ? 1 : 1 + bytes_of(length); }
  static std::size_t bytes_of(std::size_t number) {
    std::size_t count = 1;
    while (number >>= 8) ++count;
    return count;
  }
  const tlv::Element& judged(const tlv::Element& element) const {
    const std::size_t head = element.encoded.size() - element.value.size();
    if (head != tag_size(element.tag) + length_size(element.value.size()))
      deviation("a length is not in its shortest form");
    return element;
  }

  std::string_view name_;
  Deviations* deviations_;
  tlv::Reader elements_;
};

}  // namespace perso::lds
