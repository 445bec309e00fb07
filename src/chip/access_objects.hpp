// What opens a chip to readers, as data objects that are written to it.
#pragma once

#include "chip/driver.hpp"
#include "tlv/tlv.hpp"

namespace perso::chip {

/// What the machine readable zone shows: `tag { 5F1F number, 5F18 birth, 5F19 expiry }`.
Bytes encode_printed(tlv::Tag tag, const channel::PrintedData& printed);

/// Value of the DGI DF71, src/vchip/CONTRACT.md section 6: A1 zone, 82 card access number, 85 basic access
/// control, A3 each PACE protocol. The caller wipes it.
Bytes encode_access(const AccessControl& access);

}  // namespace perso::chip
