#include "identity/transliteration.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "identity/transliteration_table.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

std::optional<std::string> letters_of(const std::string& utf8) {
  return transliterate(composed(utf8));
}

}  // namespace

TEST_CASE("transliteration: every row of the published tables") {
  std::size_t rows = 0;
  for (const auto& vector : test::load_vectors("transliteration.vec")) {
    if (!vector.name.starts_with("table")) continue;
    for (const auto& row : vector.values) {
      CAPTURE(row.first);
      const auto character = static_cast<char32_t>(std::stoul(row.first, nullptr, 16));
      CHECK(transliterate(std::u32string(1, character)) == row.second);
      ++rows;
    }
  }
  CHECK(rows == 221);
}

TEST_CASE("transliteration: the table is in order, each row in the letters A to Z") {
  CHECK(
      std::ranges::is_sorted(transliteration_table, std::ranges::less_equal{}, &Transliteration::character));
  for (const Transliteration& row : transliteration_table)
    CHECK(row.letters.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos);
}

TEST_CASE("transliteration: the published names") {
  std::size_t names = 0;
  for (const auto& vector : test::load_vectors("transliteration.vec")) {
    if (!vector.has("name")) continue;
    CAPTURE(vector.name);
    CHECK(letters_of(vector.text("name")) == vector.text("ours"));
    ++names;
  }
  CHECK(names == 9);
}

TEST_CASE("transliteration: a letter and its marks may stand apart") {
  CHECK(letters_of("A\u030A") == "AA");  // ring above
  CHECK(letters_of("O\u0308U\u0308N\u0303") == "OEUEN");
  CHECK(letters_of("\u0415\u0308") == "E");                              // Cyrillic io
  CHECK(letters_of("\u0627\u0654") == "XAE");                            // alef, hamza above
  CHECK(letters_of("\u0639\u0628\u064E\u0651\u0627\u0633") == "EBBAS");  // a vowel sign beside the shadda
  CHECK(letters_of("\u0639\u0628\u0651\u064E\u0627\u0633") == "EBBAS");
}

TEST_CASE("transliteration: a Latin letter with marks that no table has is as without them") {
  const struct {
    const char *given, *letters;
  } rows[] = {
      {"\u1EBE\u1EAC\u1ED8\u1EE8", "EAOU"},  // two marks, Vietnamese
      {"\u01A0\u01AF", "OU"},                // horns
      {"\u01F4\u1E26\u1E3E", "GHM"},
      {"E\u0323", "E"},
      {"\u1EB8\u0301\u1ECC\u0300", "EO"},  // Yoruba: no letter is composed with both marks
      {"M\u0302\u0304A", "MA"},
      {"\u01D7\u01FA\u022A", "UEAAOE"},  // a further mark does not change what the table has
      {"O\u2019N\u02BCA", "O'N'A"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.given);
    CHECK(letters_of(row.given) == row.letters);
  }
}

TEST_CASE("transliteration: what depends on its neighbours") {
  CHECK(letters_of("\u0629") == "XAH");
  CHECK(letters_of("\u0628\u0629\u0628") == "BXTAB");
  CHECK(letters_of("\u0628\u0629-\u0628\u0629 \u0628") == "BXAH-BXAH B");
  CHECK(letters_of("\u0628\u0629\u2019\u0628") == "BXAH'B");
  CHECK(letters_of("\u0628\u0629\u064B") == "BXAH");  // a vowel sign behind it is no letter
  CHECK(letters_of("\u0651") == "");                  // a shadda over nothing
  CHECK(letters_of("\u0628 \u0651\u0628") == "B B");
}

TEST_CASE("transliteration: other characters are none of its") {
  for (const char* text : {"a",
                           "\u00E9",
                           "1",
                           "<",
                           ",",
                           ".",
                           "\n",
                           "\u4E00",
                           "\u0391",
                           "\u2018",
                           "\u0301",
                           "A \u0301",
                           "'\u0301",
                           "\u0410\u0301",
                           "\u04D0",
                           "\u1F08",
                           "\u0628\u0323",
                           "\u01C4",
                           "\u0181",
                           "\uFF21",
                           "\u0434",
                           "\U0001F600",
                           "\uFFFD"}) {
    CAPTURE(text);
    CHECK_FALSE(letters_of(text));
  }
  CHECK(letters_of("") == "");
  CHECK_THROWS_AS(composed("\xC3"), Error);
  CHECK_THROWS_AS(composed("\xED\xA0\x80"), Error);
}
