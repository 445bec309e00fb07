#include "run/verification.hpp"

#include <algorithm>

#include "plan/values.hpp"
#include "profile/dates.hpp"

namespace perso::run {

namespace {

using identity::Date;
using inspect::Check;
using inspect::Verdict;

[[noreturn]] void failed(const std::string& what) {
  throw Error(Code::verification_failed, "the finished card " + what);
}

[[noreturn]] void failed(const Check& check) {
  failed("fails '" + check.name + "': " + check.detail);
}

/// Whether any date of the order for which `means` holds lies as `apart` says.
bool any_date(const plan::Order& order, const profile::Profile& profile,
              bool (*means)(const profile::Profile&, const profile::Field&),
              const std::function<bool(const Date&)>& apart) {
  return std::ranges::any_of(profile.holder, [&](const profile::Field& field) {
    const auto date = Date::parse(plan::value_of(order, field.name));
    return field.type == profile::FieldType::date && means(profile, field) && date && apart(*date);
  });
}

/// A card may be made ahead of the day from which it is valid, and a sample for those who test readers may
/// have expired when it is made: what the customer ordered is what an inspection has to find. The two
/// verdicts are the last before `genuine`, so nothing else is wrong with such a card. A verdict on dates that
/// the order does not bear out is a fault of the card. The days are China's, as at the intake of the order;
/// one may have begun while the card was inspected.
bool dated_by_order(Verdict verdict, const plan::Order& order, const profile::Profile& profile,
                    const Date& before, const Date& after) {
  switch (verdict) {
    case Verdict::not_yet_valid:
      return any_date(order, profile, profile::is_issue, [&](const Date& issue) { return issue > before; });
    case Verdict::expired:
      return any_date(order, profile, profile::is_expiry, [&](const Date& expiry) { return expiry < after; });
    default:
      return false;
  }
}

}  // namespace

void require_shut_to_strangers(iso7816::Card& card, const Edition& edition) {
  const auto checks = inspect::probe_as_stranger(card, edition.inspected.promises, edition.command_limit);
  const auto failure = std::ranges::find(checks, Check::Result::failed, &Check::result);
  if (failure != checks.end()) failed(*failure);
}

inspect::Report require_genuine(iso7816::Card& card, const Edition& edition, const Station& station,
                                const plan::Order& order) {
  const auto access = plan::access_of(edition.profile, order);
  const Date before = Date::in_china(station.clock.now());
  inspect::Report report = inspect::inspect(card, {access.value_or(channel::AccessData{}),
                                                   {&edition.inspected, 1},
                                                   edition.trust,
                                                   station.random,
                                                   station.clock,
                                                   edition.command_limit});
  if (report.interrupted) throw *report.interrupted;
  if (report.verdict == Verdict::genuine ||
      dated_by_order(report.verdict, order, edition.profile, before, Date::in_china(station.clock.now()))) {
    if (report.edition != edition.inspected.name) failed("is not recognised as one of its edition");
    return report;
  }
  // Named by what decided: on a card that is altered the date of expiry may be over too.
  const auto decisive = std::ranges::find_if(report.checks, [&](const Check& check) {
    return check.result == Check::Result::failed && check.means == report.verdict;
  });
  if (decisive != report.checks.end()) failed(*decisive);
  failed("is " + std::string(inspect::name_of(report.verdict)));
}

chip::Identity identify_by_zone(chip::Driver& driver, const Edition& edition, const plan::Order& order) {
  auto access = plan::access_of(edition.profile, order);
  if (!access) return driver.identify();
  if (access->printed) access->access_number.clear();
  try {
    return driver.identify(*access);
  } catch (const Error& error) {
    if (error.code() != Code::keys_do_not_open) throw;
    failed("does not open to what its order has printed on it");
  }
}

}  // namespace perso::run
