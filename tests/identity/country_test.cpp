#include "identity/country.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace perso::identity;

TEST_CASE("countries: found by both codes, each code once") {
  CHECK(countries().size() == 249);
  for (const Country& country : countries()) {
    CAPTURE(country.alpha_3);
    CHECK(find_country(country.alpha_3) == &country);
    CHECK(find_country(country.numeric) == &country);
    CHECK(country.alpha_2.size() == 2);
    CHECK(country.alpha_3.size() == 3);
  }
  CHECK(find_country("CHN")->numeric == 156);
  CHECK(find_country("AFG")->numeric == 4);
  CHECK(find_country(398)->alpha_3 == "KAZ");
  CHECK(find_country("UTO") == nullptr);
  CHECK(find_country("chn") == nullptr);
  CHECK(find_country("") == nullptr);
  CHECK(find_country(0) == nullptr);
}

TEST_CASE("countries: ICAO's own codes, each once and none of ISO 3166-1") {
  std::string_view last;
  for (const IcaoCode& code : icao_codes()) {
    CAPTURE(code.code);
    CHECK(last < code.code);
    last = code.code;
    CHECK(find_icao_code(code.code) == &code);
    CHECK(find_country(code.code) == nullptr);
    CHECK_FALSE(code.stands_for.empty());
    CHECK(is_nationality(code.code) == (code.code != "UTO"));
    CHECK(icao_code(code.code) == code.code);
  }
  CHECK(icao_codes().size() == 26);
  CHECK(find_icao_code("XXA")->kind == IcaoKind::no_state);
  CHECK(find_icao_code("XPO")->kind == IcaoKind::organization);
  CHECK(find_icao_code("GBN")->kind == IcaoKind::british);
  CHECK(find_icao_code("UTO")->kind == IcaoKind::specimen);
  for (const char* code : {"DEU", "D", "XXD", "xxa", "", "IAO", "ANT"})
    CHECK(find_icao_code(code) == nullptr);
}

TEST_CASE("countries: Germany alone is spelt otherwise in machine readable zones") {
  CHECK(icao_code("DEU") == "D");
  CHECK(alpha_3_of("D") == "DEU");
  for (const Country& country : countries()) {
    CHECK(is_nationality(country.alpha_3));
    if (country.alpha_3 != "DEU") CHECK(icao_code(country.alpha_3) == country.alpha_3);
    CHECK(alpha_3_of(icao_code(country.alpha_3)) == country.alpha_3);
  }
  for (const char* code : {"D", "UTO", "ZZZ", "", "chn"}) CHECK_FALSE(is_nationality(code));
}
