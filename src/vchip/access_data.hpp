// What opens a closed chip of the globalplatform platform: CONTRACT.md section 9. And the fields that are
// printed on a card, which both platforms take.
#pragma once

#include <optional>
#include <vector>

#include "vchip/access_keys.hpp"

namespace perso::vchip {

/// Views into what they were read from. Number of 9 to 22 characters, filled up with `<`; dates YYMMDD.
struct PrintedFields {
  ByteView number, birth, expiry;
};
/// @param objects 5F1F, 5F18 and 5F19, nothing else, of characters of the machine readable zone alone
/// @throws Refusal 6A80; Error Code::malformed
PrintedFields read_printed_fields(ByteView objects);

/// A PACE protocol that a chip has.
struct PaceOffer {
  Bytes oid;  // its contents
  std::uint8_t parameters = 0;
};

struct AccessData {
  static constexpr std::size_t max_size = 512;  // bytes, encoded

  Secret encoded;                       // as they came, DGI DF71
  std::optional<Secret> printed;        // mrz_password
  std::optional<Secret> access_number;  // can_password
  std::optional<SessionKeys> basic;     // of basic access control, where that is allowed
  std::vector<PaceOffer> pace;

  /// @throws Refusal 6A80; Error Code::malformed
  static AccessData parse(ByteView encoded);
};

}  // namespace perso::vchip
