// What a profile promises of every card of its edition.
#pragma once

#include "inspect/inspect.hpp"
#include "profile/profile.hpp"

namespace perso::edition {

/// The edition as an inspection recognises and judges its cards.
inspect::Edition inspected_edition(const profile::Profile& profile);

}  // namespace perso::edition
