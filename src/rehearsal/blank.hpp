// A virtual blank for a card edition, as its manufacturer would deliver it.
#pragma once

#include "keys/key_set.hpp"
#include "profile/profile.hpp"
#include "vchip/chip.hpp"

namespace perso::rehearsal {

/// In memory, with the transport keys that the profile says where its platform has any. `random` must outlive
/// it. @throws Error Code::key_missing for a key set that is no specimen
vchip::Chip make_blank(const profile::Profile& profile, const keys::KeySet& keys,
                       const vchip::Hardware& hardware, Random& random);

}  // namespace perso::rehearsal
