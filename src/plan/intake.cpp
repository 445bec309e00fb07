// Orders on the day on which they are taken in.
#include "identity/date.hpp"
#include "plan/order.hpp"
#include "plan/values.hpp"
#include "profile/dates.hpp"

namespace perso::plan {

namespace {

using identity::Date;
using profile::Field;

constexpr int first_birth_year = 1900;
constexpr std::chrono::days furthest_ahead{366};

}  // namespace

std::vector<Fault> faults_at_intake(const Order& order, const profile::Profile& profile, Instant now) {
  std::vector<Fault> faults = faults_of(order, profile);
  const Date today = Date::in_china(now), furthest = Date::in_china(now + furthest_ahead);
  for (const Field& field : profile.holder) {
    const auto date = Date::parse(value_of(order, field.name));
    if (field.type != profile::FieldType::date || !date) continue;
    if (profile::is_birth(profile, field) && (date->year() < first_birth_year || *date > today))
      faults.push_back({field.name, "lies before 1900 or in the future; correct it"});
    if (order.reason == Reason::sample) continue;
    if (profile::is_issue(profile, field) && *date > furthest)
      faults.push_back({field.name, "lies more than 366 days ahead; correct it, or give the reason sample"});
    if (profile::is_expiry(profile, field) && *date < today)
      faults.push_back({field.name, "has passed already; correct it, or give the reason sample"});
  }
  return faults;
}

}  // namespace perso::plan
