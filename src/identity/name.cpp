#include "identity/name.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "identity/transliteration.hpp"

namespace perso::identity {

namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15.1, CJK unified ideographs: the basic block, the extensions A to I, the zero that is none of them
// and is written as one, and the twelve of the compatibility block that stand for no other.
constexpr std::array<Range, 18> ideographs{{{0x4E00, 0x9FFF},
                                            {0x3400, 0x4DBF},
                                            {0x20000, 0x2A6DF},
                                            {0x2A700, 0x2B739},
                                            {0x2B740, 0x2B81D},
                                            {0x2B820, 0x2CEA1},
                                            {0x2CEB0, 0x2EBE0},
                                            {0x30000, 0x3134A},
                                            {0x31350, 0x323AF},
                                            {0x2EBF0, 0x2EE5D},
                                            {0x3007, 0x3007},
                                            {0xFA0E, 0xFA0F},
                                            {0xFA11, 0xFA11},
                                            {0xFA13, 0xFA14},
                                            {0xFA1F, 0xFA1F},
                                            {0xFA21, 0xFA21},
                                            {0xFA23, 0xFA24},
                                            {0xFA27, 0xFA29}}};
constexpr char32_t middle_dot = 0x00B7;

bool is_ideograph(char32_t c) {
  return std::ranges::any_of(ideographs, [c](Range range) { return range.first <= c && c <= range.last; });
}

/// What is wrong with a part in the letters A to Z.
std::optional<std::string> part_fault(std::string_view part, const std::string& which) {
  bool word = false;  // the word in hand has a letter
  for (const char c : part) {
    if (c == ' ' || c == '-') {
      if (!word) return "has a blank or hyphen in the " + which + " that does not stand between words";
      word = false;
    } else if (c != '\'') {
      word = true;
    }
  }
  if (!word) return "has a " + which + " that is empty or does not end with a word";
  return std::nullopt;
}

constexpr std::u32string_view separator = U", ";

/// A name as it was understood, or what is wrong with it.
struct Reading {
  LatinName name;
  std::optional<std::string> fault;
};

/// Takes `text` as a part of the name.
void read_part(Reading& reading, std::string LatinName::*part, std::u32string_view text,
               const std::string& which) {
  const auto letters = transliterate(text);
  reading.fault = letters
                      ? part_fault(*letters, which)
                      : "has a character in the " + which +
                            " other than A to Z, with or without marks, blank, hyphen, apostrophe and the "
                            "capital letters that ICAO 9303-3 transliterates";
  if (!reading.fault) reading.name.*part = *letters;
}

Reading read(std::string_view utf8) {
  Reading reading;
  if (utf8.size() > max_name_bytes) {
    reading.fault = "has more than " + std::to_string(max_name_bytes) + " bytes";
    return reading;
  }
  std::u32string text;
  try {
    text = composed(utf8);
  } catch (const Error&) {
    reading.fault = "is not UTF-8";
    return reading;
  }
  const std::u32string_view name = text;
  const std::size_t comma = name.find(U',');
  read_part(reading, &LatinName::primary, name.substr(0, comma), "surname");
  if (comma == std::u32string_view::npos || reading.fault) return reading;
  const std::u32string_view rest = name.substr(comma);
  if (rest.starts_with(separator))
    read_part(reading, &LatinName::secondary, rest.substr(separator.size()), "given names");
  else
    reading.fault = "has a comma without a blank after it";
  return reading;
}

}  // namespace

std::optional<std::string> latin_name_fault(std::string_view name) {
  return read(name).fault;
}

LatinName parse_latin_name(std::string_view name) {
  Reading reading = read(name);
  if (reading.fault) throw Error(Code::malformed, "a Latin name " + *reading.fault);
  return std::move(reading.name);
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
