// Names of the holder, in Latin and in Chinese characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace perso::identity {

/// A name by the parts of ICAO 9303-3 4.6: the primary identifier (surname) and the secondary (given names;
/// may be empty).
struct LatinName {
  std::string primary;
  std::string secondary;
  bool operator==(const LatinName&) const = default;
};

/// What is wrong with a name as an order gives it, `SURNAME, GIVEN NAMES` or `SURNAME`; nullopt for a good
/// one. Each part is words of A to Z and apostrophes, at least one letter each, joined by single blanks or
/// hyphens. The text does not repeat the name.
std::optional<std::string> latin_name_fault(std::string_view name);

/// The parts of a name as an order gives it. @throws Error Code::malformed for one with a fault
LatinName parse_latin_name(std::string_view name);

/// As the text record has it: primary, blank, secondary.
std::string record_form(const LatinName& name);

/// What is wrong with a Chinese name; nullopt for a good one: one or more CJK unified ideographs (all
/// extensions) and, between them, middle dots (U+00B7). The text does not repeat the name. Its length is
/// `utf16_units` of text.hpp.
std::optional<std::string> chinese_name_fault(std::string_view name);

}  // namespace perso::identity
