// The TLV template.
#include <utility>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_tag_bytes = 3;
constexpr std::size_t most_hex_bytes = 4096;

/// By ISO/IEC 7816-4 5.2.2.1: more bytes follow where the first one ends in five ones, and each but the last
/// has its high bit set.
bool is_tag(ByteView bytes) {
  if (bytes.size() == 1) return (bytes[0] & 0x1F) != 0x1F && bytes[0] != 0x00;
  if ((bytes[0] & 0x1F) != 0x1F || bytes[1] == 0x80) return false;
  for (std::size_t i = 1; i < bytes.size(); ++i)
    if (((bytes[i] & 0x80) != 0) == (i + 1 == bytes.size())) return false;
  return true;
}

/// 0 for a fault.
tlv::Tag read_tag(const Node& node) {
  const auto bytes = node.hex(1, most_tag_bytes);
  if (!bytes) return {};
  if (!is_tag(*bytes)) {
    node.fault("this is no tag of ISO/IEC 7816-4; write for instance \"5F0E\"");
    return {};
  }
  tlv::Tag tag;
  for (const std::uint8_t byte : *bytes) tag.value = tag.value << 8 | byte;
  return tag;
}

/// Elements that stand beside each other.
std::vector<Element> read_items(Reading& reading, const Node& node, Encoding encoding);

/// {tag: "5F0E", value: latin_name, as: mrz-name}, or hex, tags or items in the place of value
Element read_element(Reading& reading, Node node, Encoding encoding) {
  Element element;
  element.place = node.place();
  const Node tag = node.take("tag");
  element.tag = read_tag(tag);
  const Node value = node.find("value"), hex = node.find("hex"), tags = node.find("tags"),
             items = node.find("items");
  const int kinds = (value ? 1 : 0) + (hex ? 1 : 0) + (tags ? 1 : 0) + (items ? 1 : 0);
  if (kinds != 1) node.fault("an element has one of value, hex, tags and items; keep one");
  if (value) {
    element.contents = Element::Text{read_value(reading, node, value, Within::element, encoding), encoding};
  } else if (items) {
    element.contents = read_items(reading, items, encoding);
  } else if (hex) {
    element.contents = hex.hex(1, most_hex_bytes).value_or(Bytes{});
  } else if (tags) {
    tags.only_true("tags");
    element.contents = Element::TagList{};
  }
  if (kinds == 1 && element.tag.value != 0 && element.tag.constructed() != static_cast<bool>(items))
    tag.fault(items ? "this tag is primitive and holds no items; choose a constructed one"
                    : "this tag is constructed and holds items; choose a primitive one");
  node.finish();
  return element;
}

std::vector<Element> read_items(Reading& reading, const Node& node, Encoding encoding) {
  std::vector<Element> elements;
  bool listed = false;
  const std::vector<Node> all = node.items();
  for (const Node& item : all) {
    elements.push_back(read_element(reading, item, encoding));
    const bool list = std::holds_alternative<Element::TagList>(elements.back().contents);
    if (list && std::exchange(listed, true)) item.fault("the tags are listed here already; keep one list");
    if (list && all.size() == 1)
      item.fault("no element stands beside this list of tags; add one, or leave the list out");
  }
  return elements;
}

}  // namespace

Template read_template(Reading& reading, Node node) {
  Template content;
  content.root.place = node.place();
  const Node tag = node.take("tag");
  content.root.tag = read_tag(tag);
  if (content.root.tag.value != 0 && !content.root.tag.constructed()) {
    tag.fault("this tag is primitive and holds no items; choose a constructed one");
    content.root.tag = {};
  }
  Encoding encoding = Encoding::utf_8;
  if (const Node text = node.find("text")) encoding = text.choice(encodings).value_or(encoding);
  content.root.contents = read_items(reading, node.take("items"), encoding);
  node.finish();
  return content;
}

}  // namespace perso::profile
