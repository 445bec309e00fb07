// Calendar days of the Gregorian calendar, years 1 to 9999.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "bytes/clock.hpp"

namespace perso::identity {

/// A day that exists.
class Date {
 public:
  /// nullopt where there is no such day.
  static std::optional<Date> from(int year, int month, int day);
  /// Exactly `YYYY-MM-DD`. nullopt for any other text and for a day that does not exist.
  static std::optional<Date> parse(std::string_view text);
  /// The UTC day of an instant.
  static Date of(Instant instant);

  int year() const { return static_cast<int>(day_.year()); }
  unsigned month() const { return static_cast<unsigned>(day_.month()); }
  unsigned day() const { return static_cast<unsigned>(day_.day()); }

  std::string to_text() const;  // YYYY-MM-DD
  std::string yyyymmdd() const;
  std::string yymmdd() const;

  /// The same day `years` later, where a period of whole years ends. One that began on a 29 February ends on
  /// 28 February of a common year (Civil Code of the PRC, article 202: without a corresponding day, the last
  /// day of the month). @throws Error Code::malformed beyond the year 9999
  Date add_years(int years) const;

  auto operator<=>(const Date&) const = default;

 private:
  explicit Date(std::chrono::year_month_day day) : day_(day) {}
  std::chrono::year_month_day day_;
};

/// Whole years from `birth` to `day`, by `add_years`: who is born on a 29 February is a year older on 28
/// February of a common year. Negative before the birth.
int age_on(const Date& birth, const Date& day);

}  // namespace perso::identity
