// What a date field of a profile means: the profile says it by what it does with it.
#pragma once

#include "profile/profile.hpp"

namespace perso::plan {

bool is_birth(const profile::Profile& profile, const profile::Field& field);
/// The day from which the card is valid.
bool is_issue(const profile::Profile& profile, const profile::Field& field);
/// Its last valid day.
bool is_expiry(const profile::Profile& profile, const profile::Field& field);

}  // namespace perso::plan
