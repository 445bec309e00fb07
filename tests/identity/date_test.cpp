#include "identity/date.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"

using namespace perso;
using perso::identity::age_on;
using perso::identity::Date;
using perso::identity::last_valid_day;
using perso::identity::LastDay;

namespace {
Date day(const char* text) {
  return Date::parse(text).value();
}
}  // namespace

TEST_CASE("dates: only days that exist, only in one form") {
  for (const char* text : {"2000-02-29", "2024-02-29", "1900-02-28", "0001-01-01", "9999-12-31"})
    CHECK(day(text).to_text() == text);
  for (const char* text : {"", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-01", "2023-01-00",
                           "2023-04-31", "0000-01-01", "2023-1-01", "2023-01-01 ", " 2023-01-01",
                           "2023/01/01", "20230101", "2023-01-0x", "+023-01-01", "-023-01-01"}) {
    CAPTURE(text);
    CHECK_FALSE(Date::parse(text));
  }
  CHECK(day("2023-12-01").yyyymmdd() == "20231201");
  CHECK(day("2003-02-01").yymmdd() == "030201");
  CHECK(day("2023-12-01") < day("2023-12-02"));
  CHECK(Date::of(Instant(std::chrono::seconds(0))) == day("1970-01-01"));
  CHECK(Date::of(Instant(std::chrono::seconds(-1))) == day("1969-12-31"));
  CHECK(Date::of(Instant(std::chrono::seconds(1709251199))) == day("2024-02-29"));
}

TEST_CASE("dates: the day in China is eight hours ahead") {
  const auto at = [](std::int64_t seconds) { return Instant(std::chrono::seconds(seconds)); };
  CHECK(Date::in_china(at(1709135999)) == day("2024-02-28"));  // 15:59:59 UTC
  CHECK(Date::in_china(at(1709136000)) == day("2024-02-29"));  // 16:00:00 UTC
  CHECK(Date::in_china(at(1709222400)) == day("2024-03-01"));
  CHECK(Date::in_china(at(1735660800)) == day("2025-01-01"));  // 2024-12-31 16:00 UTC
  CHECK(Date::in_china(at(1752508799)) == day("2025-07-14"));  // no summer time: 15:59:59 UTC
}

TEST_CASE("dates: the last day of a validity") {
  const struct {
    const char* from;
    int years;
    const char *same_day, *day_before;
  } cases[] = {
      {"2023-12-01", 10, "2033-12-01", "2033-11-30"}, {"2024-01-01", 5, "2029-01-01", "2028-12-31"},
      {"2024-02-29", 4, "2028-02-29", "2028-02-28"},  {"2024-02-29", 10, "2034-02-28", "2034-02-28"},
      {"2024-02-28", 10, "2034-02-28", "2034-02-27"}, {"2018-03-01", 10, "2028-03-01", "2028-02-29"},
      {"2019-03-01", 10, "2029-03-01", "2029-02-28"},
  };
  for (const auto& validity : cases) {
    CAPTURE(validity.from);
    CHECK(last_valid_day(day(validity.from), validity.years, LastDay::same_day) == day(validity.same_day));
    CHECK(last_valid_day(day(validity.from), validity.years, LastDay::day_before) ==
          day(validity.day_before));
  }
  CHECK_THROWS_AS(last_valid_day(day("9995-01-01"), 5, LastDay::same_day), Error);
}

TEST_CASE("dates: a period of years ends on the same day, or on 28 February") {
  CHECK(day("2023-12-01").add_years(10) == day("2033-12-01"));
  CHECK(day("2024-02-29").add_years(10) == day("2034-02-28"));
  CHECK(day("2024-02-29").add_years(4) == day("2028-02-29"));
  CHECK(day("2023-02-28").add_years(1) == day("2024-02-28"));
  CHECK_THROWS_AS(day("9995-01-01").add_years(5), Error);
}

TEST_CASE("dates: age in whole years") {
  CHECK(age_on(day("2000-06-15"), day("2018-06-14")) == 17);
  CHECK(age_on(day("2000-06-15"), day("2018-06-15")) == 18);
  CHECK(age_on(day("2000-02-29"), day("2018-02-27")) == 17);
  CHECK(age_on(day("2000-02-29"), day("2018-02-28")) == 18);
  CHECK(age_on(day("2000-02-29"), day("2020-02-28")) == 19);
  CHECK(age_on(day("2000-02-29"), day("2020-02-29")) == 20);
  CHECK(age_on(day("2018-06-15"), day("2018-06-14")) == -1);
}
