#include "inspect/dates.hpp"

#include <algorithm>

#include "inspect/national.hpp"

namespace perso::inspect {

using identity::Date;

namespace {

const std::string issue_check = "date of issue", expiry_check = "date of expiry";

bool are_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int number_in(std::string_view digits) {
  int number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

/// YYYYMMDD or YYYY-MM-DD.
std::optional<Date> full_day(std::string_view text) {
  if (text.size() != 8 || !are_digits(text)) return Date::parse(text);
  return Date::from(number_in(text.substr(0, 4)), number_in(text.substr(4, 2)), number_in(text.substr(6)));
}

/// nullopt, and a check that says so, for a date that the edition promises and the record has not.
std::optional<Date> recorded(Findings& findings, const std::string& name, const Promises::Place& place) {
  const auto text = text_at(findings, name, place);
  if (!text) return std::nullopt;
  const auto day = full_day(*text);
  if (!day) findings.failed(name, Verdict::altered, "the record has no day");
  return day;
}

/// The date of expiry in its columns, and whether its check digit holds; empty in a zone of no known form.
std::pair<std::string, bool> expiry_in(std::string_view zone) {
  constexpr std::size_t size = 6;
  struct Form {
    identity::MrzForm form;
    std::size_t at;  // 9303-5, -6 and -4, 4.2.2
  };
  constexpr Form forms[] = {
      {identity::MrzForm::td1, 30 + 8}, {identity::MrzForm::td2, 36 + 21}, {identity::MrzForm::td3, 44 + 21}};
  for (const Form& form : forms) {
    if (zone.size() != identity::mrz_size(form.form)) continue;
    const std::string expiry(zone.substr(form.at, size));
    if (!are_digits(expiry)) return {};
    return {expiry, identity::mrz_check_digit(expiry) == zone[form.at + size]};
  }
  return {};
}

/// Of a zone that breaks its form elsewhere: a day that is over is over, whatever the check digit says.
void judge_broken_zone(Findings& findings, std::string_view zone, const Date& today) {
  const auto [text, holds] = expiry_in(zone);
  const auto expiry = day_of_zone(text, today);
  if (expiry && (holds || *expiry < today))
    findings.check(expiry_check, Verdict::expired, today <= *expiry,
                   today <= *expiry ? "is still to come" : "is over");
  else
    findings.not_possible(expiry_check, "the zone has no day that holds");
}

void judge_issue(Findings& findings, const std::optional<Promises::Place>& place, const Date& today) {
  std::optional<Date> issued;
  if (place) {
    issued = recorded(findings, issue_check, *place);
    if (!issued) return;
  } else {
    const auto& holder = findings.report().holder;
    const auto told = holder.find("date of issue");
    if (told == holder.end()) return;
    issued = full_day(told->second);
    if (!issued) return findings.differs(issue_check, "EF.DG12 has no day");
  }
  findings.check(issue_check, Verdict::not_yet_valid, *issued <= today,
                 *issued <= today ? "has come" : "is still to come");
}

}  // namespace

std::optional<Date> day_of_zone(std::string_view yymmdd, const Date& today) {
  constexpr int reach = 50;  // years
  if (yymmdd.size() != 6 || !are_digits(yymmdd)) return std::nullopt;
  int year = today.year() - today.year() % 100 + number_in(yymmdd.substr(0, 2));
  if (year < today.year() - reach)
    year += 100;
  else if (year >= today.year() + reach)
    year -= 100;
  return Date::from(year, number_in(yymmdd.substr(2, 2)), number_in(yymmdd.substr(4)));
}

void judge_dates(Findings& findings, const Document& document, const std::optional<identity::Mrz>& zone,
                 Instant now) {
  const Date today = Date::in_china(now);
  const Promises* const promises = findings.promises();
  judge_issue(findings, promises ? promises->record_issued : std::nullopt, today);

  std::optional<Date> expiry;
  if (promises && promises->record_expires) {
    expiry = recorded(findings, expiry_check, *promises->record_expires);
    if (!expiry) return;
    if (zone && zone->fields.expiry != expiry->yymmdd())
      return findings.failed(expiry_check, Verdict::altered, "record and EF.DG1 have different days");
  } else if (zone) {
    expiry = day_of_zone(zone->fields.expiry, today);
    if (!expiry) return findings.not_possible(expiry_check, "the zone has none");
  } else {
    if (document.zone) judge_broken_zone(findings, *document.zone, today);
    return;
  }
  findings.check(expiry_check, Verdict::expired, today <= *expiry,
                 today <= *expiry ? "is still to come" : "is over");
}

}  // namespace perso::inspect
