#include "identity/name.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "identity/text.hpp"

namespace perso::identity {

namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15.1, CJK unified ideographs: the basic block, then the extensions A to I.
constexpr std::array<Range, 10> ideographs{{{0x4E00, 0x9FFF},
                                            {0x3400, 0x4DBF},
                                            {0x20000, 0x2A6DF},
                                            {0x2A700, 0x2B739},
                                            {0x2B740, 0x2B81D},
                                            {0x2B820, 0x2CEA1},
                                            {0x2CEB0, 0x2EBE0},
                                            {0x30000, 0x3134A},
                                            {0x31350, 0x323AF},
                                            {0x2EBF0, 0x2EE5D}}};
constexpr char32_t middle_dot = 0x00B7;

bool is_ideograph(char32_t c) {
  return std::ranges::any_of(ideographs, [c](Range range) { return range.first <= c && c <= range.last; });
}

std::optional<std::string> part_fault(std::string_view part, std::string_view which) {
  bool word = false;  // the word in hand has a letter
  for (const char c : part) {
    if (c >= 'A' && c <= 'Z') {
      word = true;
    } else if (c == ' ' || c == '-') {
      if (!word)
        return "has a blank or hyphen in the " + std::string(which) + " that does not stand between words";
      word = false;
    } else if (c != '\'') {
      return "has a character in the " + std::string(which) +
             " other than A to Z, blank, hyphen and apostrophe";
    }
  }
  if (!word) return "has a " + std::string(which) + " that is empty or does not end with a word";
  return std::nullopt;
}

constexpr std::string_view separator = ", ";

}  // namespace

std::optional<std::string> latin_name_fault(std::string_view name) {
  const std::size_t comma = name.find(',');
  if (const auto fault = part_fault(name.substr(0, comma), "surname")) return fault;
  if (comma == std::string_view::npos) return std::nullopt;
  if (!name.substr(comma).starts_with(separator)) return "has a comma without a blank after it";
  return part_fault(name.substr(comma + separator.size()), "given names");
}

LatinName parse_latin_name(std::string_view name) {
  if (const auto fault = latin_name_fault(name)) throw Error(Code::malformed, "a Latin name " + *fault);
  const std::size_t comma = name.find(',');
  if (comma == std::string_view::npos) return {std::string(name), ""};
  return {std::string(name.substr(0, comma)), std::string(name.substr(comma + separator.size()))};
}

std::string record_form(const LatinName& name) {
  return name.secondary.empty() ? name.primary : name.primary + " " + name.secondary;
}

std::optional<std::string> chinese_name_fault(std::string_view name) {
  std::u32string characters;
  try {
    characters = decode_utf8(name);
  } catch (const Error&) {
    return "is not UTF-8";
  }
  bool after_ideograph = false;
  for (const char32_t c : characters) {
    if (c != middle_dot && !is_ideograph(c))
      return "has a character other than Chinese ones and the middle dot";
    if (c == middle_dot && !after_ideograph)
      return "has a middle dot that does not stand between Chinese characters";
    after_ideograph = c != middle_dot;
  }
  if (!after_ideograph) return "is empty or ends with a middle dot";
  return std::nullopt;
}

}  // namespace perso::identity
