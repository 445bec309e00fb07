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
  /// The day in China: eight hours ahead of UTC, without summer time since 1992. (What Asia/Shanghai had
  /// before matters to no card: they exist since 2004.)
  static Date in_china(Instant instant);

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

/// Where a validity of whole years ends: on the anniversary of its first day, or the day before.
enum class LastDay { same_day, day_before };
/// The last day of a validity of `years` that begins on `from`. From a 29 February to a common year both end
/// on 28 February: that is the anniversary by `add_years`, and the day before the 29 February that is
/// missing.
/// @throws Error Code::malformed outside of the years 1 to 9999
Date last_valid_day(const Date& from, int years, LastDay ends);

/// Whole years from `birth` to `day`, by `add_years`: who is born on a 29 February is a year older on 28
/// February of a common year. Negative before the birth.
int age_on(const Date& birth, const Date& day);

}  // namespace perso::identity
