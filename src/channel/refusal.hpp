// How a chip says that who speaks to it does not know what opens it.
#pragma once

#include <algorithm>
#include <array>

#include "iso7816/apdu.hpp"

namespace perso::channel {

/// Whether an authentication that was sent whole and in its order failed for its key. ICAO 9303-11 leaves the
/// status word to the chip: these are the ones in use.
inline bool refuses_the_key(iso7816::StatusWord status) {
  constexpr std::array words = {iso7816::sw::security_status, iso7816::sw::conditions_not_satisfied,
                                iso7816::sw::secure_messaging_wrong, iso7816::sw::wrong_data};
  return status.sw1() == 0x63 || std::ranges::find(words, status) != words.end();
}

}  // namespace perso::channel
