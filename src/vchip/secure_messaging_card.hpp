// ISO/IEC 7816-4 secure messaging as ICAO 9303-11 9.8 uses it, with triple DES or AES, the card's side:
// nothing here is shared with the terminal's side in `channel`.
#pragma once

#include "vchip/access_keys.hpp"
#include "vchip/card_os.hpp"

namespace perso::vchip {

/// One channel, from mutual authentication on. Commands short and extended; with an odd INS the data travel
/// in DO 85 (BER-TLV within, no padding indicator), else in DO 87.
class SecureMessagingCard {
 public:
  /// @param counter the send sequence counter (9.8.6.3) before the first command, as long as a block
  SecureMessagingCard(SessionKeys keys, Bytes counter);
  /// The counter is zero: after PACE and chip authentication.
  explicit SecureMessagingCard(SessionKeys keys);

  /// The plain command, its class without the bits of secure messaging (0C gives 00, 8C gives 80).
  /// @throws Refusal 6987 without DO 8E, 6988 where its MAC or an object is wrong; the channel must then be
  /// ended
  iso7816::CommandApdu unwrap(const iso7816::CommandApdu& command);

  /// The answer's data field to the command unwrapped last: DO 87 or 85 where there are data, DO 99, DO 8E.
  Bytes wrap(const Answer& answer);

  /// How many plain bytes an answer has room for whose data field has at most `ne` bytes: 231 with triple DES
  /// and 223 with AES for 256. The whole answer never exceeds 65,535 bytes, its status word among them. 0
  /// where there is room for none.
  std::size_t plain_capacity(std::size_t ne) const;

 private:
  void count();  // one message more
  Bytes initial_vector() const;
  Bytes plain_data(ByteView cryptogram) const;
  /// Over the counter and these bytes, padded.
  Bytes mac_over(ByteView bytes) const;

  SessionKeys keys_;
  Bytes counter_;         // of the last message
  bool odd_ins_ = false;  // of the last command
};

}  // namespace perso::vchip
