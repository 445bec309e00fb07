// BER-TLV under both rules: tlv::Reader, announced_size and encode.
#include "tlv/tlv.hpp"

#include "fuzz/readers.hpp"

namespace {

using namespace perso;
using namespace perso::tlv;

/// The elements up to the first that is malformed.
std::vector<Element> elements_of(ByteView input, Rules rules) {
  std::vector<Element> elements;
  for (Reader reader(input, rules); !reader.at_end();) {
    const ByteView rest = reader.rest();
    const auto element = fuzz::well_formed([&] { return reader.next(); });
    if (!element) break;
    fuzz::hold(element->encoded.data() == rest.data() && element->encoded.size() <= rest.size(),
               "an element lies where it was read");
    fuzz::hold(element->value.data() + element->value.size() == reader.rest().data(),
               "contents end where their element ends");
    fuzz::hold(announced_size(rest) == element->encoded.size(),
               "an element is as long as its head announces");
    elements.push_back(*element);
  }
  return elements;
}

bool same(const Element& left, const Element& right) {
  return left.tag == right.tag && std::ranges::equal(left.encoded, right.encoded) &&
         std::ranges::equal(left.value, right.value);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input{data, size};
  fuzz::well_formed([&] { return announced_size(input).has_value(); });
  const std::vector<Element> by_der = elements_of(input, Rules::der), by_ber = elements_of(input, Rules::ber);
  fuzz::hold(by_der.size() <= by_ber.size() && std::equal(by_der.begin(), by_der.end(), by_ber.begin(), same),
             "BER takes what DER takes, and as the same");
  for (const Element& element : by_der)
    fuzz::hold(std::ranges::equal(encode(element.tag, element.value), element.encoded),
               "DER is written as it was read");
  for (const Element& element : by_ber) {
    const Bytes again = encode(element.tag, element.value);
    const Element read = single(again, Rules::ber);
    fuzz::hold(read.tag == element.tag && std::ranges::equal(read.value, element.value),
               "an element says the same in its shortest form");
  }
  fuzz::hold(by_ber.empty() || find(input, by_ber.back().tag, Rules::ber),
             "an element that was read is found");
  return 0;
}
