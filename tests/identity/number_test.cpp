#include "identity/number.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

std::string_view name_of(NumberRule rule) {
  switch (rule) {
    case NumberRule::length:
      return "length";
    case NumberRule::alphabet:
      return "alphabet";
    case NumberRule::province:
      return "province";
    case NumberRule::country:
      return "country";
    case NumberRule::date:
      return "date";
    case NumberRule::check:
      return "check";
  }
  return "";
}

}  // namespace

TEST_CASE("numbers: valid ones pass, invalid ones break the rule that is named") {
  for (const auto& vector : test::load_vectors("document-numbers.vec")) {
    CAPTURE(vector.name);
    const std::string& number = vector.text("number");
    const bool long_form = vector.name.starts_with("18");
    const auto fault = long_form ? check_number_18(number) : check_number_15(number);
    if (vector.text("expect") == "valid") {
      CHECK_FALSE(fault);
      const std::string front = number.substr(0, number.size() - 1);
      CHECK(std::string(1, long_form ? check_character_18(front) : check_character_15(front)) ==
            vector.text("digit"));
      continue;
    }
    REQUIRE(fault);
    CHECK(name_of(fault->rule) == vector.text("reason"));
    if (number.size() >= 6) CHECK(fault->text.find(number.substr(number.size() - 6)) == std::string::npos);
  }
}

TEST_CASE(
    "numbers: every single wrong character and every swap of neighbours of a good 18-character number is "
    "found") {
  const std::string good = "932682198501010017";
  for (std::size_t i = 1; i < good.size(); ++i) {
    for (const char c : std::string("0123456789X")) {
      std::string changed = good;
      changed[i] = c;
      CAPTURE(changed);
      CHECK(check_number_18(changed).has_value() == (changed != good));
    }
    std::string swapped = good;
    std::swap(swapped[i - 1], swapped[i]);
    CAPTURE(swapped);
    CHECK(check_number_18(swapped).has_value() == (swapped != good));
  }
}

TEST_CASE("numbers: the birth date that a number bears") {
  const Date birth = Date::from(1985, 1, 1).value();
  CHECK(bears_birth_date("932682198501010017", birth));
  CHECK_FALSE(bears_birth_date("932682198501010017", birth.add_years(1)));
  CHECK(bears_birth_date("KAZ110090123105", Date::from(1990, 12, 31).value()));
  CHECK(bears_birth_date("KAZ110090123105", Date::from(2090, 12, 31).value()));  // it has no century
  CHECK_FALSE(bears_birth_date("KAZ110090123105", Date::from(1990, 12, 30).value()));
  CHECK_FALSE(bears_birth_date("", birth));
}

TEST_CASE("numbers: a previous number is recovered from its association item, or has none") {
  // Province 11, KAZ (398), 1990-12-31.
  std::string number = "91139819901231001";
  number += check_character_18(number);
  REQUIRE_FALSE(check_number_18(number));
  const std::string previous = "KAZ110090123105";
  REQUIRE(association_item(number, "KAZ", previous) == "000");
  CHECK(previous_number(number, "KAZ", "000") == previous);

  const auto with_check = [](std::string text) { return text + check_character_15(text); };
  CHECK(association_item(number, "KAZ", with_check("KAZ11079012319")) == "079");
  CHECK(previous_number(number, "KAZ", "079") == with_check("KAZ11079012319"));

  CHECK_FALSE(association_item(number, "RUS", previous));                      // another nationality now
  CHECK_FALSE(association_item(number, "KAZ", with_check("KAZ12009012310")));  // another province
  CHECK_FALSE(association_item(number, "KAZ", with_check("KAZ11009012300")));  // another birth date
  CHECK_FALSE(association_item(number, "KAZ", "KAZ110090123106"));             // a wrong check digit
  CHECK_THROWS_AS(previous_number(number, "KAZ", "00"), Error);
  CHECK_THROWS_AS(previous_number(number, "KAZ", "0A0"), Error);
  CHECK_THROWS_AS(previous_number("1", "KAZ", "000"), Error);
}

TEST_CASE("numbers: provinces in both forms, and births of people who can hold a card") {
  const auto rule_of = [](std::string front) {
    front += front.size() == 17 ? check_character_18(front) : check_character_15(front);
    const auto fault = check_number(front);
    return fault ? std::string(name_of(fault->rule)) : std::string();
  };
  const std::pair<const char*, const char*> cases[] = {
      {"KAZ11009012310", ""},
      {"KAZ99009012310", "province"},
      {"KAZ00009012310", "province"},
      {"XXX99009012310", "province"},  // before the country, as in the long form
      {"91139800010101001", "date"},
      {"91139818491231001", "date"},
      {"91139818500101001", ""},
      {"91139820991231001", ""},  // whether it is past is another's to judge
      {"99939819901231001", "province"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.first);
    CHECK(rule_of(one.first) == one.second);
  }
}

TEST_CASE("numbers: told apart by their length, in characters") {
  CHECK_FALSE(check_number("932682198501010017"));
  CHECK_FALSE(check_number("KAZ110090123105"));
  for (const char* number : {"", "93268219850101001", "KAZ1100901231051", "9326821985010100170"}) {
    REQUIRE(check_number(number));
    CHECK(check_number(number)->rule == NumberRule::length);
  }
  const std::string wide = "93268219850101001\u00D7";  // 18 characters, 19 bytes
  CHECK(check_number(wide)->rule == NumberRule::alphabet);
}

TEST_CASE("numbers: a profile's own country codes are good beside those of ISO 3166-1") {
  const std::string stateless = "911999190102030013";
  const std::uint16_t further[] = {998, 999};
  CHECK(check_number_18(stateless)->rule == NumberRule::country);
  CHECK_FALSE(check_number_18(stateless, further));
  CHECK_FALSE(check_number(stateless, further));
  CHECK_FALSE(check_number_18("932682198501010017", further));
}

TEST_CASE("numbers: a number taken apart says what each part is") {
  const auto parts = explain_number("932682198501010017").value();
  CHECK(parts.province == "32");
  CHECK(parts.province_name == "Jiangsu");
  CHECK(parts.city.empty());
  CHECK(parts.country == "682");
  REQUIRE(parts.known_country != nullptr);
  CHECK(parts.known_country->alpha_3 == "SAU");
  CHECK(parts.born == "19850101");
  CHECK(parts.births == std::vector{Date::from(1985, 1, 1).value()});
  CHECK(parts.sequence == "001");
  CHECK(parts.check == '7');
  CHECK(parts.expected_check == '7');

  const auto old = explain_number("KAZ110090022905").value();  // 29 February of a year ending in 90: none
  CHECK(old.province_name == "Beijing");
  CHECK(old.city == "00");
  CHECK(old.known_country->numeric == 398);
  CHECK(old.births.empty());
  CHECK(old.sequence == "0");
  CHECK(old.check == '5');
  CHECK(explain_number("KAZ110000022905")->births == std::vector{Date::from(2000, 2, 29).value()});
  CHECK(explain_number("KAZ110004022905")->births.size() == 2);

  const auto bad = explain_number("999000199902290010").value();
  CHECK(bad.province_name.empty());
  CHECK(bad.known_country == nullptr);
  CHECK(bad.births.empty());
  CHECK(bad.expected_check == check_character_18("99900019990229001"));
  for (const char* number :
       {"", "93268219850101001Y", "832682198501010017", "KAZ11009012310X", "kaz110090123105"})
    CHECK_FALSE(explain_number(number));
}

TEST_CASE("numbers: the nationality that a number was first issued with") {
  CHECK(nationality_since("932682198501010017", "SAU") == NationalitySince::same);
  CHECK(nationality_since("932682198501010017", "DEU") == NationalitySince::changed);
  CHECK(nationality_since("932682198501010017", "XXA") == NationalitySince::unknown);
  CHECK(nationality_since("911999190102030013", "DEU") == NationalitySince::unknown);
  CHECK_THROWS_AS(nationality_since("KAZ110090123105", "KAZ"), Error);
}
