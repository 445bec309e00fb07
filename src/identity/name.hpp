// Names of the holder, in Latin and in Chinese characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace perso::identity {

/// A name by the parts of ICAO 9303-3 4.6: the primary identifier (surname) and the secondary (given names;
/// may be empty), in the letters A to Z.
struct LatinName {
  std::string primary;
  std::string secondary;
  bool operator==(const LatinName&) const = default;
};

/// Longest name that is looked at, in bytes of UTF-8.
inline constexpr std::size_t max_name_bytes = 512;

/// What is wrong with a name as an order gives it, `SURNAME, GIVEN NAMES` or `SURNAME` in UTF-8; nullopt for
/// a good one. Each part is words joined by single blanks or hyphens; each word has a letter at least, and
/// may have apostrophes. Letters are A to Z and what transliteration.hpp knows beside them. The text does not
/// repeat the name.
std::optional<std::string> latin_name_fault(std::string_view name);

/// The parts of a name as an order gives it, transliterated by ICAO 9303-3 clause 6 to A to Z, blanks,
/// hyphens and apostrophes: what record and machine readable zone have. @throws Error Code::malformed for one
/// with a fault
LatinName parse_latin_name(std::string_view name);

/// As the text record has it: primary, blank, secondary. A letter a character, whatever the order wrote.
std::string record_form(const LatinName& name);

/// What is wrong with a Chinese name; nullopt for a good one: one or more CJK unified ideographs (all
/// extensions, and the twelve of the compatibility block) or ideographic zeros (U+3007) and, between them,
/// middle dots (U+00B7). The text does not repeat the name. Its length is `utf16_units` of text.hpp.
std::optional<std::string> chinese_name_fault(std::string_view name);

}  // namespace perso::identity
