// Secure messaging of ISO/IEC 7816-4 as ICAO 9303-11 9.8 uses it, the terminal's side.
#pragma once

#include "channel/session_cipher.hpp"
#include "iso7816/card.hpp"

namespace perso::channel {

/// Wraps every command and unwraps every answer: DO 87 (85 for an odd INS), 97, 99, 8E; short and extended
/// length. For the basic logical channel: of the class, bits 4 and 3 are its own (00 goes over as 0C, 10 as
/// 1C, 80 and 84 as 8C). Not thread-safe; `card` must outlive it. After an answer that is not protected or
/// fails its check, also a bare status word (6987, 6988 ...), the keys are wiped and it is closed: every
/// further transmit fails with channel_broken and sends nothing. So does one that got no answer, because the
/// counters may have parted.
class SecureMessaging final : public iso7816::Card {
 public:
  /// @param counter send sequence counter before the first command, as long as a block of the cipher
  SecureMessaging(iso7816::Card& card, std::unique_ptr<SessionCipher> cipher, Bytes counter);
  /// The counter zero, as after PACE and chip authentication.
  SecureMessaging(iso7816::Card& card, std::unique_ptr<SessionCipher> cipher);
  /// Ne counts the plain answer. What goes over has extended length where the plain command has, or where
  /// it needs more than 255 bytes of data.
  /// @throws Error channel_broken; malformed for more data than a command can take; whatever the card throws
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;
  /// The most plain bytes that surely come back where the protected answer may have `ne`: of 256, 231 with
  /// blocks of 8 bytes and 223 with blocks of 16.
  std::size_t plain_capacity(std::size_t ne) const;
  /// Wipes the keys, where another channel has taken its place.
  void close();

 private:
  iso7816::Card& card_;
  std::unique_ptr<SessionCipher> cipher_;  // none once it is closed
  Bytes counter_;                          // of the last answer
};

}  // namespace perso::channel
