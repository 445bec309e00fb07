// Transliteration to the letters A to Z by ICAO 9303-3 clause 6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace perso::identity {

/// Normalization Form C: letters and their marks composed, as the transliteration tables have them.
/// @throws Error Code::malformed for text that is not UTF-8
std::u32string composed(std::string_view utf8);

/// A to Z, blank, hyphen and apostrophe (also as U+2019 and U+02BC print it) as they are; the capital letters
/// of tables A (Latin) and B (Cyrillic) and the letters of table C (Arabic script) as these have it, marks
/// without letters of their own left out. A Latin capital letter that no table has, and that is one of these
/// with marks, is as it is without the marks. `text` is composed. nullopt where it has another character.
///
/// What depends on the neighbours: a shadda repeats the letter before it, however many letters that became; a
/// teh marbuta is XAH at the end of a name's component, else XTA.
std::optional<std::string> transliterate(std::u32string_view text);

}  // namespace perso::identity
