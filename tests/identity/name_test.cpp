#include "identity/name.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "identity/text.hpp"

using namespace perso;
using namespace perso::identity;

TEST_CASE("Latin names: surname, comma, blank, given names") {
  const struct {
    const char *given, *primary, *secondary, *record;
  } good[] = {
      {"ERIKSSON, ANNA MARIA", "ERIKSSON", "ANNA MARIA", "ERIKSSON ANNA MARIA"},
      {"ARKFREITH", "ARKFREITH", "", "ARKFREITH"},
      {"SMITH-JONES, SUSIE", "SMITH-JONES", "SUSIE", "SMITH-JONES SUSIE"},
      {"O'CONNOR, ENYA", "O'CONNOR", "ENYA", "O'CONNOR ENYA"},
      {"VAN DER MUELLEN, M", "VAN DER MUELLEN", "M", "VAN DER MUELLEN M"},
      {"ÅNGSTRÖM, JØRGEN", "AANGSTROEM", "JOERGEN", "AANGSTROEM JOERGEN"},
      {"GROß, ŁUCJA", "GROSS", "LUCJA", "GROSS LUCJA"},
      {"NGUYỄN, VĂN ĐỨC", "NGUYEN", "VAN DUC", "NGUYEN VAN DUC"},
      {"O\u2019CONNOR, D\u02BCARCY", "O'CONNOR", "D'ARCY", "O'CONNOR D'ARCY"},
      {"N\u0303ANDU\u0301", "NANDU", "", "NANDU"},
      {"ЩУКИН-ЮРЬЕВ, ЯРОСЛАВ", "SHCHUKIN-IUREV", "IAROSLAV", "SHCHUKIN-IUREV IAROSLAV"},
      {"الرازي, ابو بكر محمد", "ALRAZY", "ABW BKR MXHMD", "ALRAZY ABW BKR MXHMD"},
  };
  for (const auto& name : good) {
    CAPTURE(name.given);
    CHECK_FALSE(latin_name_fault(name.given));
    CHECK(parse_latin_name(name.given) == LatinName{name.primary, name.secondary});
    CHECK(record_form(parse_latin_name(name.given)) == name.record);
  }
  for (const char* name : {"",
                           ",",
                           ", ANNA",
                           "ERIKSSON,",
                           "ERIKSSON, ",
                           "ERIKSSON,ANNA",
                           "ERIKSSON,  ANNA",
                           "ERIKSSON , ANNA",
                           "ERIKSSON, ANNA, MARIA",
                           "Eriksson",
                           "ERIKSSON<ANNA",
                           "ERIKSSON1",
                           " ERIKSSON",
                           "ERIKSSON ",
                           "AL--BASRI",
                           "-BASRI",
                           "BASRI-",
                           "AL- BASRI",
                           "'",
                           "A ' B",
                           "Åström",
                           "ERIKSSON, \u0301",
                           "\u0630\u0651 \u0651",
                           "ERIKSSON\u00A0ANNA",
                           "\u5F20",
                           "\xC3",
                           "ERIKSSON\tANNA",
                           "ERIKSSON\nANNA"}) {
    CAPTURE(name);
    const auto fault = latin_name_fault(name);
    REQUIRE(fault);
    CHECK(fault->find("ERIKSSON") == std::string::npos);
    CHECK_THROWS_AS(parse_latin_name(name), Error);
  }
}

TEST_CASE("Latin names: too long ones are not looked at") {
  CHECK_FALSE(latin_name_fault(std::string(max_name_bytes, 'A')));
  REQUIRE(latin_name_fault(std::string(max_name_bytes + 1, 'A')));
  CHECK(latin_name_fault(std::string(max_name_bytes + 1, 'A'))->find("512 bytes") != std::string::npos);
}

TEST_CASE("Chinese names: ideographs of every block, and middle dots between them") {
  for (const char* name :
       {"李",         "张三",       "阿卜杜勒·卡里姆", "㐀",       "\U00020000", "\U0002A6DF",
        "\U00031350", "\U0002EBF0", "\u9FFF",          "李\u3007", "\uFA0E",     "\uFA0F",
        "\uFA11",     "\uFA13",     "\uFA14",          "\uFA1F",   "\uFA21",     "\uFA23",
        "\uFA24",     "\uFA27",     "\uFA28",          "\uFA29"}) {
    CAPTURE(name);
    CHECK_FALSE(chinese_name_fault(name));
  }
  for (const char* name :
       {"",         "·",      "李·",        "·李",    "李··三",   "李 三",        "LI",        "李1",
        "李\u3000", "\u3006", "\uF900",     "\uFA10", "\uFA12",   "\uFA20",       "\uFA22",    "\uFA2A",
        "ひらがな", "김",     "李\u2022三", "\xFF",   "\xE6\x9D", "\xED\xA0\x80", "\U0001F600"}) {
    CAPTURE(name);
    CHECK(chinese_name_fault(name));
  }
}

TEST_CASE("UTF-8 to UTF-16LE and back") {
  const struct {
    const char* utf8;
    const char* utf16;
    std::size_t units;
  } cases[] = {{"", "", 0},
               {"A", "4100", 1},
               {"李", "4E67", 1},
               {"·", "B700", 1},
               {"\U00020000", "40D800DC", 2},
               {"\U0010FFFF", "FFDBFFDF", 2},
               {"\u0080", "8000", 1},
               {"\u0800", "0008", 1},
               {"\uFFFF", "FFFF", 1},
               {"\uE000", "00E0", 1}};
  for (const auto& text : cases) {
    CAPTURE(text.utf16);
    CHECK(to_hex(utf16le(text.utf8)) == text.utf16);
    CHECK(utf8_from_utf16le(from_hex(text.utf16)) == text.utf8);
    CHECK(utf16_units(text.utf8) == text.units);
  }
}

TEST_CASE("broken UTF-8 and UTF-16LE are refused") {
  // Lone continuation, cut sequences, overlong forms, surrogates, above U+10FFFF, five-byte form.
  for (const char* text :
       {"80", "C3", "E69D", "F09F98", "C080", "C1BF", "E08080", "E09FBF", "F0808080", "F08FBFBF", "EDA080",
        "EDBFBF", "F4908080", "F8888080", "FE", "FF", "41C341", "E69D41"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(decode_utf8(as_text(from_hex(text))), Error);
  }
  for (const char* text : {"41", "00D8", "00DC", "00D84100", "00D800D8", "00DC00D8", "410041"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(utf8_from_utf16le(from_hex(text)), Error);
  }
}

TEST_CASE("every code point survives both encodings") {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 61) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string utf8 = encode_utf8(std::u32string(1, c));
    const bool same = decode_utf8(utf8) == std::u32string(1, c) && utf8_from_utf16le(utf16le(utf8)) == utf8;
    if (!same) FAIL("code point ", static_cast<unsigned>(c));
  }
}
