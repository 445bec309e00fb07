// TLV templates.
#include "plan/encoders.hpp"
#include "plan/spelling.hpp"

namespace perso::plan {

namespace {

using profile::Element;

class TemplateEncoder {
 public:
  TemplateEncoder(const profile::Profile& profile, const Order& order) : profile_(profile), order_(order) {}

  /// The elements in a template, one after the other; empty where the order leaves all of them out.
  Bytes inside(const std::vector<Element>& elements) const {
    std::vector<std::optional<Bytes>> values;
    Bytes tags;  // of those that are there
    bool anything = false;
    for (const Element& element : elements) {
      const bool is_list = std::holds_alternative<Element::TagList>(element.contents);
      values.push_back(is_list ? std::nullopt : value_of(element));
      anything = anything || values.back();
      if (values.back()) append(tags, bytes_of(element.tag));
    }
    Bytes out;
    for (std::size_t i = 0; anything && i < elements.size(); ++i) {
      const bool is_list = std::holds_alternative<Element::TagList>(elements[i].contents);
      if (is_list) tlv::append(out, elements[i].tag, tags);
      if (values[i]) tlv::append(out, elements[i].tag, *values[i]);
    }
    return out;
  }

 private:
  /// nullopt for an element that is left out with its value.
  std::optional<Bytes> value_of(const Element& element) const {
    if (const auto* bytes = std::get_if<Bytes>(&element.contents)) return *bytes;
    Bytes value;
    if (const auto* text = std::get_if<Element::Text>(&element.contents)) {
      const std::string spelt = spell(text->value, profile_, order_);
      value = text->value.as == profile::Spelling::bcd ? from_hex(spelt)
                                                       : identity::encode_text(spelt, text->encoding);
    } else {
      value = inside(std::get<std::vector<Element>>(element.contents));
    }
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  }

  /// A tag as it stands on the chip.
  static Bytes bytes_of(tlv::Tag tag) {
    Bytes bytes;
    append_be32(bytes, tag.value);
    while (bytes.front() == 0) bytes.erase(bytes.begin());
    return bytes;
  }

  const profile::Profile& profile_;
  const Order& order_;
};

}  // namespace

Bytes encode_template(const profile::Template& tree, const profile::Profile& profile, const Order& order) {
  // What the root is made of never is the root alone: it stands also where the order leaves everything out.
  return tlv::encode(
      tree.root.tag,
      TemplateEncoder(profile, order).inside(std::get<std::vector<Element>>(tree.root.contents)));
}

}  // namespace perso::plan
