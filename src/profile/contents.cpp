// What a file holds: one reader function a kind of content.
#include <algorithm>

#include "identity/text.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_literal_bytes = 32767;

/// LDS 1.7 and 1.8 as EF.COM and the signature write them.
std::string read_lds_version(const Node& node) {
  std::string version = node.digits(4);
  if (version.empty() || version == "0107" || version == "0108") return version;
  node.fault("LDS version \"" + version + "\" is not known here; use \"0107\" or \"0108\"");
  return "";
}

Content read_mrz_content(Reading& reading, Node& node, std::size_t) {
  return read_mrz(reading, node);
}

Content read_com(Reading&, Node& node, std::size_t) {
  Com com;
  com.lds_version = read_lds_version(node.take("lds"));
  com.unicode_version = node.take("unicode").digits(6);
  node.finish();
  return com;
}

Content read_face(Reading& reading, Node& node, std::size_t) {
  return Face{reading.field(node, {FieldType::portrait})};
}

Content read_image(Reading& reading, Node& node, std::size_t) {
  return Image{reading.field(node, {FieldType::portrait})};
}

Content read_public_key(Reading& reading, Node& node, std::size_t) {
  return ChipPublicKey{reading.key(node, KeyUse::signing)};
}

Content read_card_access(Reading&, Node& node, std::size_t) {
  node.only_true("card-access");
  return CardAccess{};
}

Content read_security_options(Reading&, Node& node, std::size_t) {
  node.only_true("security-options");
  return SecurityOptions{};
}

Content read_card_security(Reading&, Node& node, std::size_t) {
  CardSecurity content{node.take("signer").name()};
  node.finish();
  return content;
}

Content read_sod(Reading&, Node& node, std::size_t) {
  Sod sod;
  sod.signer = node.take("signer").name();
  sod.hash = node.take("hash").choice(sod_hashes).value_or(crypto::Hash::sha256);
  if (const Node lds = node.find("lds")) sod.lds_version = read_lds_version(lds);
  node.finish();
  return sod;
}

Content read_certificate(Reading&, Node& node, std::size_t) {
  return Certificate{node.name()};
}

/// "TEXT" in the same application, or "national/TEXT".
std::optional<FileRef> find_file(const Profile& profile, std::string_view name, std::size_t application) {
  const auto slash = name.find('/');
  for (std::size_t i = 0; i < profile.applications.size(); ++i) {
    const Application& candidate = profile.applications[i];
    const bool here =
        slash == std::string_view::npos ? i == application : candidate.name == name.substr(0, slash);
    const auto found = std::ranges::find(candidate.files, name.substr(slash + 1), &File::name);
    if (here && found != candidate.files.end())
      return FileRef{i, static_cast<std::size_t>(found - candidate.files.begin())};
  }
  return std::nullopt;
}

Content read_cms(Reading& reading, Node& node, std::size_t application) {
  Cms cms;
  cms.kind = node.take("kind").choice(cms_kinds).value_or(Cms::Kind::cms);
  cms.signer = node.take("signer").name();
  for (const Node& item : node.take("over").items()) {
    const std::string name = item.text();
    const auto file = find_file(reading.profile, name, application);
    if (name.empty()) continue;
    if (!file)
      item.fault("there is no file " + shown(name) +
                 "; name one of this application, or APPLICATION/FILE of another");
    else if (std::ranges::find(cms.over, *file) != cms.over.end())
      item.fault(shown(name) + " is signed here already; keep it once");
    else
      cms.over.push_back(*file);
  }
  node.finish();
  return cms;
}

Bytes encoded(const Node& node, const std::string& text, Encoding encoding) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (encoding == Encoding::ascii && !std::ranges::all_of(text, is_ascii)) {
    node.fault("the text has characters that ASCII lacks; choose another encoding");
    return {};
  }
  return identity::encode_text(text, encoding);
}

/// {hex: "0102"}, or {text: "...", as: utf-8}
Content read_literal(Reading&, Node& node, std::size_t) {
  Literal literal;
  const Node hex = node.find("hex"), text = node.find("text");
  const Node as = text ? node.take("as") : node.find("as");
  if (static_cast<bool>(hex) == static_cast<bool>(text)) {
    node.fault("a literal has either hex or text; keep one");
  } else if (hex) {
    as.fault("bytes in hexadecimal stand as they are; leave as out");
    literal.bytes = hex.hex(1, most_literal_bytes).value_or(Bytes{});
  } else {
    literal.bytes = encoded(text, text.quoted_text(), as.choice(encodings).value_or(Encoding::utf_8));
  }
  node.finish();
  return literal;
}

Content read_record_content(Reading& reading, Node& node, std::size_t) {
  return read_record(reading, node);
}

Content read_template_content(Reading& reading, Node& node, std::size_t) {
  return read_template(reading, node);
}

using Reader = Content (*)(Reading&, Node&, std::size_t application);
constexpr std::array<Choice<Reader>, 14> kinds{{
    {"card-access", read_card_access},
    {"card-security", read_card_security},
    {"certificate", read_certificate},
    {"cms", read_cms},
    {"com", read_com},
    {"face", read_face},
    {"image", read_image},
    {"literal", read_literal},
    {"mrz", read_mrz_content},
    {"public-key", read_public_key},
    {"record", read_record_content},
    {"security-options", read_security_options},
    {"sod", read_sod},
    {"template", read_template_content},
}};

}  // namespace

std::vector<std::string_view> content_kinds() {
  return words_of(kinds);
}

std::optional<Content> read_content(Reading& reading, const Node& node, std::size_t application) {
  std::vector<Node::Entry> entries = node.entries();
  if (entries.size() > 1) node.fault("a file holds one kind of content; keep one");
  if (entries.size() != 1) return std::nullopt;
  const auto reader = entries.front().key.choice(kinds);
  if (!reader) return std::nullopt;
  return (*reader)(reading, entries.front().value, application);
}

}  // namespace perso::profile
