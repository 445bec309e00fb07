// Orders on the day on which they are taken in.
#include <algorithm>
#include <functional>

#include "identity/date.hpp"
#include "plan/order.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

using identity::Date;
using profile::Field;

constexpr int first_birth_year = 1900;
constexpr std::chrono::days furthest_ahead{366};

bool any_field(const profile::Profile& profile, const std::function<bool(const Field&)>& wanted) {
  return std::ranges::any_of(profile.holder, wanted);
}

/// Whether a machine readable zone has this field there.
bool in_zone(const profile::Profile& profile, const std::string& field, std::string profile::Mrz::*place) {
  const auto has = [&](const profile::File& file) {
    const auto* zone = std::get_if<profile::Mrz>(&file.content);
    return zone != nullptr && zone->*place == field;
  };
  return std::ranges::any_of(profile.applications, [&](const profile::Application& application) {
    return std::ranges::any_of(application.files, has);
  });
}

// What a date means, the profile says by what it does with it.

bool is_birth(const profile::Profile& profile, const Field& field) {
  return in_zone(profile, field.name, &profile::Mrz::born) || any_field(profile, [&](const Field& other) {
           return other.born == field.name || other.agrees_with == field.name;
         });
}

bool is_issue(const profile::Profile& profile, const Field& field) {
  return field.today || any_field(profile, [&](const Field& other) { return other.from == field.name; });
}

bool is_expiry(const profile::Profile& profile, const Field& field) {
  return field.validity || in_zone(profile, field.name, &profile::Mrz::expires);
}

}  // namespace

std::vector<Fault> faults_at_intake(const Order& order, const profile::Profile& profile, Instant now) {
  std::vector<Fault> faults = faults_of(order, profile);
  const Date today = Date::in_china(now), furthest = Date::in_china(now + furthest_ahead);
  for (const Field& field : profile.holder) {
    const auto date = Date::parse(value_of(order, field.name));
    if (field.type != profile::FieldType::date || !date) continue;
    if (is_birth(profile, field) && (date->year() < first_birth_year || *date > today))
      faults.push_back({field.name, "lies before 1900 or in the future; correct it"});
    if (is_issue(profile, field) && *date > furthest)
      faults.push_back({field.name, "lies more than 366 days ahead; correct it"});
    if (is_expiry(profile, field) && *date < today && order.reason != Reason::sample)
      faults.push_back({field.name, "has passed already; correct it, or give the reason sample"});
  }
  return faults;
}

}  // namespace perso::plan
