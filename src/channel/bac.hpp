// Basic access control, the terminal's side (ICAO 9303-11 4.3).
#pragma once

#include "bytes/clock.hpp"
#include "channel/document_keys.hpp"
#include "channel/secure_messaging.hpp"

namespace perso::channel {

/// GET CHALLENGE and EXTERNAL AUTHENTICATE with the eMRTD application selected; on success the channel in
/// which everything goes from then on. `card` must outlive it.
/// @throws Error Code::malformed for data that no machine readable zone has; Code::keys_do_not_open where the
/// chip refuses the data (63xx, 6982, 6985, 6988, 6A80) and Code::command_refused where it refuses the
/// command, with the status word; Code::channel_broken where its own proof is wrong
std::unique_ptr<SecureMessaging> open_bac(iso7816::Card& card, const PrintedData& printed, Random& random);

}  // namespace perso::channel
