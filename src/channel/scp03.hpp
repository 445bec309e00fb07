// GlobalPlatform SCP03 (Amendment D 1.2), the host's side: opens a channel to a chip and protects what goes
// through it.
#pragma once

#include "bytes/clock.hpp"
#include "iso7816/card.hpp"
#include "keys/keys.hpp"

namespace perso::channel {

/// Security level, Amendment D 7.1.2.1 (P1 of EXTERNAL AUTHENTICATE).
enum class SecurityLevel : std::uint8_t {
  c_mac = 0x01,
  c_mac_c_decryption = 0x03,
  c_mac_r_mac = 0x11,
  c_mac_c_decryption_r_mac = 0x13,
  full = 0x33,  // C-DECRYPTION, C-MAC, R-MAC, R-ENCRYPTION
};

/// How long challenges, cryptograms and MACs are, Amendment D 5.1: 8 or 16 bytes.
enum class Scp03Mode : std::size_t { s8 = 8, s16 = 16 };

/// The answer to INITIALIZE UPDATE, Amendment D 7.1.1, without what a host has no use for: key
/// diversification data in front, sequence counter behind.
struct InitializeUpdate {
  std::uint8_t key_version = 0;
  std::uint8_t i =
      0;  // "i" parameter: bit 1 S16, bit 5 pseudo-random challenge, bits 6-7 R-MAC and R-ENCRYPTION support
  Bytes card_challenge;
  Bytes card_cryptogram;

  Scp03Mode mode() const { return (i & 0x01) != 0 ? Scp03Mode::s16 : Scp03Mode::s8; }
  /// @throws Error chip_foreign where it is no answer of SCP03
  static InitializeUpdate parse(ByteView data);
};

/// An open channel: a Card that wraps every command and unwraps every answer. For the basic logical channel.
/// Not thread-safe. `card` must outlive it. After a failed check of an answer its keys are wiped and it is
/// closed: every further transmit fails with channel_broken and sends nothing. A refusal of the chip (any
/// status word but 9000, 62xx, 63xx) comes without a MAC, Amendment D 6.2.5.
class Scp03 final : public iso7816::Card {
 public:
  /// INITIALIZE UPDATE, check of the card cryptogram, EXTERNAL AUTHENTICATE.
  /// @throws Error keys_do_not_open when the chip has no such key version (with its status word), when
  /// another version answers, or when the cryptogram is of other keys: EXTERNAL AUTHENTICATE is not sent, no
  /// try is spent. chip_foreign when the chip is in the other mode or does not support the level.
  /// command_refused with its status word.
  static Scp03 open(iso7816::Card& card, const keys::ChipKeys& keys, SecurityLevel level, Random& random,
                    Scp03Mode mode = Scp03Mode::s8);
  /// The same for a chip that is closed until an access channel opens it (CONTRACT.md): both commands go
  /// through `opening_way`, which protects them once more and need not outlive the call, and everything from
  /// then on over `card`.
  static Scp03 open(iso7816::Card& opening_way, iso7816::Card& card, const keys::ChipKeys& keys,
                    SecurityLevel level, Random& random, Scp03Mode mode = Scp03Mode::s8);

  /// Ne goes over as it is: it counts the plain answer (CONTRACT.md section 4).
  /// @throws Error channel_broken; malformed for more data than `room` says; whatever the card throws
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;

  /// The most plain command data that fits into a command data field of `field` bytes at this level.
  std::size_t room(std::size_t field) const;

  Scp03(Scp03&&) noexcept;
  ~Scp03() override;

 private:
  struct State;
  explicit Scp03(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace perso::channel
