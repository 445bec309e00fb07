// What a date field of a profile means: the profile says it by what it does with it.
#pragma once

#include "profile/profile.hpp"

namespace perso::profile {

bool is_birth(const Profile& profile, const Field& field);
/// The day from which the card is valid.
bool is_issue(const Profile& profile, const Field& field);
/// Its last valid day.
bool is_expiry(const Profile& profile, const Field& field);

}  // namespace perso::profile
