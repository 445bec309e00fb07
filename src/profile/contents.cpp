// What a file holds: one reader function a kind of content.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// A literal of `least` to `most` capital letters, in quotes.
std::string capitals(const Node& node, std::size_t least, std::size_t most) {
  const std::string text = node.quoted_text();
  const bool good = text.size() >= least && text.size() <= most &&
                    std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!text.empty() && !good)
    node.fault("\"" + text + "\" is not " + std::to_string(least) + " to " + std::to_string(most) +
               " letters A-Z; correct it");
  return text;
}

/// A setting that has one value today. It is written so that a profile says what it means.
void expect(const Node& node, std::string_view value) {
  const std::string text = node.text();
  if (!text.empty() && text != value)
    node.fault("\"" + text + "\" is not known here; use " + std::string(value));
}

Content read_mrz(const Reading& reading, Node& node) {
  Mrz mrz;
  expect(node.take("form"), "td1");
  const Node code = node.take("code");
  mrz.document_code = capitals(code, 1, 2);
  if (!mrz.document_code.empty() &&
      std::string_view("ACI").find(mrz.document_code.front()) == std::string_view::npos)
    code.fault("a TD1 document code begins with A, C or I; choose one of these");
  mrz.issuer = capitals(node.take("issuer"), 1, 3);
  mrz.number = reading.field(node.take("number"), FieldType::prc_number_18);
  mrz.born = reading.field(node.take("born"), FieldType::date);
  mrz.sex = reading.field(node.take("sex"), FieldType::sex);
  mrz.expires = reading.field(node.take("expires"), FieldType::date);
  mrz.nationality = reading.field(node.take("nationality"), FieldType::country);
  mrz.name = reading.field(node.take("name"), FieldType::latin_name);
  node.finish();
  return mrz;
}

Content read_com(const Reading&, Node& node) {
  Com com;
  com.lds_version = node.take("lds").digits(4);
  com.unicode_version = node.take("unicode").digits(6);
  node.finish();
  return com;
}

Content read_face(const Reading& reading, Node& node) {
  return Face{reading.field(node, FieldType::portrait)};
}

Content read_image(const Reading& reading, Node& node) {
  return Image{reading.field(node, FieldType::portrait)};
}

Content read_public_key(const Reading& reading, Node& node) {
  ChipPublicKey content{node.text()};
  const auto& generates = reading.profile.chip.generates;
  if (!content.key.empty() &&
      std::ranges::find(generates, content.key, &GeneratedKey::name) == generates.end())
    node.fault("the chip makes no key \"" + content.key + "\"; name one of those under chip: generates:");
  return content;
}

Content read_sod(const Reading&, Node& node) {
  Sod sod;
  sod.signer = node.take("signer").name();
  expect(node.take("hash"), "sha256");
  node.finish();
  return sod;
}

Content read_record_content(const Reading& reading, Node& node) {
  return read_record(reading, node);
}

using Reader = Content (*)(const Reading&, Node&);
constexpr std::array<Choice<Reader>, 7> kinds{{
    {"com", read_com},
    {"face", read_face},
    {"image", read_image},
    {"mrz", read_mrz},
    {"public-key", read_public_key},
    {"record", read_record_content},
    {"sod", read_sod},
}};

}  // namespace

std::optional<Content> read_content(const Reading& reading, const Node& node) {
  std::vector<Node::Entry> entries = node.entries();
  if (entries.size() > 1) node.fault("a file holds one kind of content; keep one");
  if (entries.size() != 1) return std::nullopt;
  const auto reader = entries.front().key.choice(kinds);
  if (!reader) return std::nullopt;
  return (*reader)(reading, entries.front().value);
}

}  // namespace perso::profile
