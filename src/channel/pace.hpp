// PACE, the terminal's side (ICAO 9303-11 4.4).
#pragma once

#include "bytes/clock.hpp"
#include "channel/document_keys.hpp"
#include "channel/protocols.hpp"
#include "channel/secure_messaging.hpp"

namespace perso::channel {

/// What chip authentication mapping leaves behind (4.4.3.5): it shows that the chip holds the private half of
/// a key. Believe it only where that key is signed, in EF.CardSecurity.
struct MappingProof {
  std::string curve;
  Bytes mapping_public_key;        // PK_Map,IC, a point
  Bytes chip_authentication_data;  // CA_IC, decrypted
  /// Whether the chip holds the key. @param chip_key PK_IC, a point of the same curve
  bool proves(ByteView chip_key, Random& random) const;
};

struct Pace {
  std::unique_ptr<SecureMessaging> channel;
  std::optional<MappingProof> proof;  // of chip authentication mapping
};

/// Sets of domain parameters that a chip has for PACE, in all of its PACEInfos together. Where they are
/// several, DO 84 of MSE:Set AT names the one (4.4.4.1).
enum class ParameterSets { one, several };

/// MSE:Set AT and four GENERAL AUTHENTICATE, 4.4.4, with the master file selected; on success the channel in
/// which everything goes from then on. With a card access number where there is one, else with the data of
/// the machine readable zone. `card` must outlive it. Extended length with numbers of 2,048 bits alone.
/// @param sets what the chip has besides `info`
/// @throws Error Code::malformed for data that open nothing, and for a protocol and parameters that do not go
/// together: nothing is sent; Code::keys_do_not_open where the chip's token is wrong, or it refuses ours
/// (63xx, 6982, 6985, 6988, 6A80): another number or zone; Code::command_refused where it refuses the
/// protocol, with the status word; Code::channel_broken where what it says breaks the protocol: a public key
/// that is none, or the terminal's own
Pace open_pace(iso7816::Card& card, const PaceInfo& info, ParameterSets sets, const AccessData& access,
               Random& random);

}  // namespace perso::channel
