#include "inspect/details.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "tlv/tlv.hpp"

namespace perso::inspect {

namespace {

constexpr std::uint32_t dg11 = 0x6B, dg12 = 0x6C, tag_list = 0x5C;

enum class Form { text, digits };  // digits: two a byte, or characters
struct Detail {
  std::uint32_t tag;
  const char* name;
  Form form = Form::text;
};
constexpr std::array details = {
    Detail{0x5F0E, "full name"},
    Detail{0x5F10, "personal number"},
    Detail{0x5F2B, "full date of birth", Form::digits},
    Detail{0x5F11, "place of birth"},
    Detail{0x5F42, "address"},
    Detail{0x5F12, "telephone"},
    Detail{0x5F13, "profession"},
    Detail{0x5F14, "title"},
    Detail{0x5F15, "personal summary"},
    Detail{0x5F17, "other document numbers"},
    Detail{0x5F18, "custody"},
    Detail{0x5F19, "issuing authority"},
    Detail{0x5F26, "date of issue", Form::digits},
    Detail{0x5F1B, "endorsements"},
    Detail{0x5F1C, "tax and exit requirements"},
    Detail{0x5F55, "personalized at", Form::digits},
    Detail{0x5F56, "personalization system"},
};

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, what);
}

/// A byte of two decimal digits is below 30 where a character that is a digit begins.
bool is_packed(ByteView value) {
  return !std::ranges::all_of(value, [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; });
}

/// nullopt for what breaks its form.
std::optional<std::string> text_of(Form form, ByteView value, Deviations& deviations) {
  if (form == Form::digits && is_packed(value)) {
    const std::string digits = to_hex(value);
    if (std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return digits;
    deviations.found("a date is not of digits");
    return std::nullopt;
  }
  try {
    std::string text = as_text(value);
    for (const char32_t character : identity::decode_utf8(text))
      require(character >= 0x20 && (character < 0x7F || character > 0x9F), "a text has control characters");
    return text;
  } catch (const Error& error) {
    deviations.found(error.message());
    return std::nullopt;
  }
}

/// The tags in a tag list: one byte each, or two where the first says so. @throws Error Code::malformed
std::vector<std::uint32_t> listed(ByteView list) {
  std::vector<std::uint32_t> tags;
  for (std::size_t at = 0; at < list.size();) {
    const bool two = (list[at] & 0x1F) == 0x1F;
    tags.push_back(two ? be16(list.subspan(at)) : list[at]);
    at += two ? 2 : 1;
  }
  return tags;
}

}  // namespace

std::map<std::string, std::string> parse_details(ByteView file, Deviations& deviations) {
  // Not DER: 5F0E is a number below 31 in two bytes.
  const tlv::Element root = tlv::single(file, tlv::Rules::ber);
  require(root.tag.value == dg11 || root.tag.value == dg12, "it is neither EF.DG11 nor EF.DG12");
  tlv::Reader reader(root.value, tlv::Rules::ber);
  std::vector<std::uint32_t> promised, found;
  if (const auto list = reader.take(tlv::Tag{tag_list}))
    promised = listed(list->value);
  else
    deviations.found("there is no tag list");
  std::map<std::string, std::string> texts;
  while (!reader.at_end()) {
    const tlv::Element element = reader.next();
    found.push_back(element.tag.value);
    const auto known = std::ranges::find(details, element.tag.value, &Detail::tag);
    if (known == details.end()) continue;
    if (auto text = text_of(known->form, element.value, deviations)) texts.emplace(known->name, *text);
  }
  std::ranges::sort(promised);
  std::ranges::sort(found);
  if (promised != found) deviations.found("the tag list names other elements than there are");
  return texts;
}

}  // namespace perso::inspect
