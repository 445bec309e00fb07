#include "identity/transliteration.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <utility>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "identity/transliteration_table.hpp"

namespace perso::identity {

namespace {

constexpr char32_t teh_marbuta = 0x0629;
constexpr char32_t shadda = 0x0651;

void require_success(UErrorCode status) {
  if (U_FAILURE(status)) throw Error(Code::malformed, "text cannot be normalized by ICU");
}

const icu::Normalizer2& normal_form() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer = icu::Normalizer2::getNFCInstance(status);
  require_success(status);
  return *normalizer;
}

/// The apostrophe for those that text programs put in its place.
char32_t plain(char32_t c) {
  constexpr char32_t right_quotation_mark = 0x2019, modifier_apostrophe = 0x02BC;
  return c == right_quotation_mark || c == modifier_apostrophe ? U'\'' : c;
}

bool joins_words(char32_t c) {
  return c == U' ' || c == U'-' || plain(c) == U'\'';
}

bool is_diacritic(char32_t c) {
  return c >= 0x0300 && c <= 0x036F;
}

/// nullptr where the tables have no such character.
const Transliteration* find_row(char32_t c) {
  const auto row = std::ranges::lower_bound(transliteration_table, c, {}, &Transliteration::character);
  return row != transliteration_table.end() && row->character == c ? &*row : nullptr;
}

/// The letters for a Latin capital letter with or without marks; empty for any other character.
std::string_view latin_letters(char32_t c) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr char32_t after_latin = 0x0370, additional = 0x1E00, after_additional = 0x1F00;
  if (c >= U'A' && c <= U'Z') return alphabet.substr(c - U'A', 1);
  if (c >= after_latin && (c < additional || c >= after_additional)) return {};
  if (const Transliteration* row = find_row(c)) return row->letters;
  // The last mark goes first, so that of U with diaeresis and macron the one that the table has is left.
  icu::UnicodeString parts;
  if (!normal_form().getRawDecomposition(static_cast<UChar32>(c), parts) || parts.length() != 2) return {};
  return is_diacritic(parts[1]) ? latin_letters(parts[0]) : std::string_view();
}

/// A mark above or below a letter, and what else is not encoded.
bool is_silent(char32_t c) {
  const Transliteration* row = find_row(c);
  return c == shadda || (row != nullptr && row->letters.empty());
}

/// Whether a component of the name ends before `rest`.
bool ends_component(std::u32string_view rest) {
  const auto next = std::ranges::find_if_not(rest, is_silent);
  return next == rest.end() || joins_words(*next);
}

}  // namespace

std::u32string composed(std::string_view utf8) {
  decode_utf8(utf8);  // ICU would put U+FFFD in the place of what is no UTF-8
  UErrorCode status = U_ZERO_ERROR;
  std::string text;
  icu::StringByteSink<std::string> sink(&text);
  normal_form().normalizeUTF8(0, icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())), sink,
                              nullptr, status);
  require_success(status);
  return decode_utf8(text);
}

std::optional<std::string> transliterate(std::u32string_view text) {
  std::string letters;
  std::string_view last;  // what the last letter became, for a shadda
  bool latin = false;     // it is Latin, and may have marks behind it
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char32_t c = plain(text[at]);
    const bool after_latin = std::exchange(latin, false);
    if (joins_words(c)) {
      letters.push_back(static_cast<char>(c));
      last = {};
    } else if (const std::string_view found = latin_letters(c); !found.empty()) {
      letters += found;
      last = {};
      latin = true;
    } else if (after_latin && is_diacritic(c)) {
      latin = true;  // no letter is composed with this mark
    } else if (c == shadda) {
      letters += last;
    } else if (c == teh_marbuta && ends_component(text.substr(at + 1))) {
      letters += last = "XAH";
    } else if (const Transliteration* row = find_row(c)) {
      letters += row->letters;
      if (!row->letters.empty()) last = row->letters;
    } else {
      return std::nullopt;
    }
  }
  return letters;
}

}  // namespace perso::identity
