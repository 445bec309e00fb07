#include "profile/dates.hpp"

#include <algorithm>
#include <functional>

namespace perso::profile {

namespace {

bool any_field(const Profile& profile, const std::function<bool(const Field&)>& wanted) {
  return std::ranges::any_of(profile.holder, wanted);
}

/// Whether a machine readable zone has this field there.
bool in_zone(const Profile& profile, const std::string& field, std::string Mrz::*place) {
  const auto has = [&](const File& file) {
    const auto* zone = std::get_if<Mrz>(&file.content);
    return zone != nullptr && zone->*place == field;
  };
  return std::ranges::any_of(profile.applications, [&](const Application& application) {
    return std::ranges::any_of(application.files, has);
  });
}

}  // namespace

bool is_birth(const Profile& profile, const Field& field) {
  return in_zone(profile, field.name, &Mrz::born) || any_field(profile, [&](const Field& other) {
           return other.born == field.name || other.agrees_with == field.name;
         });
}

bool is_issue(const Profile& profile, const Field& field) {
  return field.today || any_field(profile, [&](const Field& other) { return other.from == field.name; });
}

bool is_expiry(const Profile& profile, const Field& field) {
  return field.validity || in_zone(profile, field.name, &Mrz::expires);
}

}  // namespace perso::profile
