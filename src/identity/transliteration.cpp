#include "identity/transliteration.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "identity/transliteration_table.hpp"

namespace perso::identity {

namespace {

constexpr char32_t teh_marbuta = 0x0629;
constexpr char32_t shadda = 0x0651;

bool joins_words(char32_t c) {
  return c == U' ' || c == U'-' || c == U'\'';
}

/// nullptr where the tables have no such character.
const Transliteration* find_row(char32_t c) {
  const auto row = std::ranges::lower_bound(transliteration_table, c, {}, &Transliteration::character);
  return row != transliteration_table.end() && row->character == c ? &*row : nullptr;
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
  const icu::Normalizer2* const normalizer = icu::Normalizer2::getNFCInstance(status);
  std::string text;
  if (U_SUCCESS(status)) {
    icu::StringByteSink<std::string> sink(&text);
    normalizer->normalizeUTF8(0, icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())), sink,
                              nullptr, status);
  }
  if (U_FAILURE(status)) throw Error(Code::malformed, "text cannot be normalized by ICU");
  return decode_utf8(text);
}

std::optional<std::string> transliterate(std::u32string_view text) {
  std::string letters;
  std::string_view last;  // what the last letter became
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char32_t c = text[at];
    if (joins_words(c) || (c >= U'A' && c <= U'Z')) {
      letters.push_back(static_cast<char>(c));
      last = {};
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
