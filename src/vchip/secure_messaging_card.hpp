// ISO/IEC 7816-4 secure messaging with triple DES as ICAO 9303-11 9.8 uses it, the card's side: nothing here
// is shared with the terminal's side in `channel`.
#pragma once

#include "bytes/secret.hpp"
#include "vchip/card_os.hpp"

namespace perso::vchip {

/// Two keys of 16 bytes, for two-key triple DES and for the retail MAC. Their parity bits are not judged.
struct DesKeys {
  Secret enc, mac;
};

/// Padding method 2 of ISO/IEC 9797-1, to blocks of 8 bytes.
Bytes padded(Bytes bytes);

/// One channel, from mutual authentication on.
class SecureMessagingCard {
 public:
  /// Bytes of plain data for which an answer of 256 bytes has room: DO 87 of 236, DO 99, DO 8E.
  static constexpr std::size_t plain_capacity = 231;

  /// @param counter the send sequence counter (9.8.6.3) before the first command
  SecureMessagingCard(DesKeys keys, std::uint64_t counter) : keys_(std::move(keys)), counter_(counter) {}

  /// The plain command, its class without the bits of secure messaging.
  /// @throws Refusal 6987 without DO 8E, 6988 where its MAC or an object is wrong; the channel must then be
  /// ended
  iso7816::CommandApdu unwrap(const iso7816::CommandApdu& command);

  /// The answer's data field: DO 87 where there are data, DO 99, DO 8E.
  Bytes wrap(const Answer& answer);

 private:
  /// Over the counter and these bytes, padded.
  Bytes mac_over(ByteView bytes) const;

  DesKeys keys_;
  std::uint64_t counter_;
};

}  // namespace perso::vchip
