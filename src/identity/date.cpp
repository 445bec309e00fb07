#include "identity/date.hpp"

#include <array>

#include "bytes/error.hpp"
#include "identity/ascii.hpp"

namespace perso::identity {

namespace {

constexpr int last_year = 9999;

std::string digits(unsigned value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.insert(0, width - std::min(width, text.size()), '0');
}

Date in_range(std::optional<Date> date) {
  if (!date) throw Error(Code::malformed, "a date lies outside of the years 1 to 9999");
  return *date;
}

}  // namespace

std::optional<Date> Date::from(int year, int month, int day) {
  if (year < 1 || year > last_year || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Date(date);
}

std::optional<Date> Date::parse(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  std::array<int, 3> parts{};
  for (std::size_t i = 0, part = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      if (text[i] != '-') return std::nullopt;
      ++part;
    } else {
      if (!is_digit(text[i])) return std::nullopt;
      parts[part] = parts[part] * 10 + (text[i] - '0');
    }
  }
  return from(parts[0], parts[1], parts[2]);
}

Date Date::of(Instant instant) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(instant)};
  return in_range(from(static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
                       static_cast<int>(static_cast<unsigned>(day.day()))));
}

Date Date::in_china(Instant instant) {
  return of(instant + std::chrono::hours(8));
}

std::string Date::to_text() const {
  return digits(static_cast<unsigned>(year()), 4) + "-" + digits(month(), 2) + "-" + digits(day(), 2);
}

std::string Date::yyyymmdd() const {
  return digits(static_cast<unsigned>(year()), 4) + digits(month(), 2) + digits(day(), 2);
}

std::string Date::yymmdd() const {
  return yyyymmdd().substr(2);
}

Date Date::add_years(int years) const {
  const auto same_day = day_ + std::chrono::years(years);
  const auto last_day = std::chrono::year_month_day(same_day.year() / same_day.month() / std::chrono::last);
  const auto end = same_day.ok() ? same_day : last_day;
  return in_range(from(static_cast<int>(end.year()), static_cast<int>(static_cast<unsigned>(end.month())),
                       static_cast<int>(static_cast<unsigned>(end.day()))));
}

Date last_valid_day(const Date& from, int years, LastDay ends) {
  const Date anniversary = from.add_years(years);
  // A missing 29 February has been cut to the day before it already.
  if (ends == LastDay::same_day || anniversary.day() != from.day()) return anniversary;
  const std::chrono::year_month_day day{std::chrono::year(anniversary.year()),
                                        std::chrono::month(anniversary.month()),
                                        std::chrono::day(anniversary.day())};
  return Date::of(std::chrono::sys_days(day) - std::chrono::days(1));
}

int age_on(const Date& birth, const Date& day) {
  const int years = day.year() - birth.year();
  return birth.add_years(years) <= day ? years : years - 1;
}

}  // namespace perso::identity
