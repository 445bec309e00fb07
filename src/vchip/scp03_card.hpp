// GlobalPlatform SCP03 (Amendment D 1.2), the card's side, from the text of the amendment: nothing here is
// shared with the host's side in `channel`, so that an error of one does not cancel out against the same
// error of the other.
#pragma once

#include <optional>

#include "iso7816/apdu.hpp"
#include "vchip/globalplatform_state.hpp"

namespace perso::vchip {

/// Key derivation of Amendment D 4.1.5: SP 800-108 counter mode with AES-CMAC over 11 bytes 00, the constant,
/// 00, the length in bits (2 bytes), the counter (1 byte), the context. `bits` is 64, 128, 192 or 256.
Secret scp03_derive(const Secret& key, std::uint8_t constant, std::uint16_t bits, ByteView context);

/// The pseudo-random card challenge (6.2.2.1), `size` bytes: 8 for S8, 16 for S16.
/// @param aid of the application that was asked
Bytes scp03_card_challenge(const Secret& key_enc, std::uint32_t sequence_counter, ByteView aid,
                           std::size_t size);

/// Key check value, 3 bytes (GPCS B.6): of the encryption of 16 bytes 01.
Bytes scp03_key_check_value(const Secret& key);

/// One secure channel, from INITIALIZE UPDATE on. It is open once EXTERNAL AUTHENTICATE was right.
class Scp03Card {
 public:
  /// Derives the session keys. The key set is not kept.
  /// @param i the "i" parameter: bit 1 says S16, whose challenges, cryptograms and MACs are of 16 bytes
  /// instead of 8
  Scp03Card(const KeySet& keys, std::uint8_t i, Bytes host_challenge, Bytes card_challenge);

  /// What the answer to INITIALIZE UPDATE carries, 8 or 16 bytes.
  Bytes card_cryptogram() const;

  /// EXTERNAL AUTHENTICATE (7.1.2), header and data as received. False where MAC or cryptogram is wrong; the
  /// channel is then of no more use. The level and the length must have been checked.
  bool authenticate(ByteView command, std::uint8_t level);

  bool is_open() const { return level_ != 0; }
  std::uint8_t level() const { return level_; }
  std::size_t mac_size() const { return mac_size_; }

  /// Checks the MAC of a command and decrypts its data field as the level says (6.2.4, 6.2.6).
  /// @param signed_part the command's bytes before the MAC: header, Lc as it was sent, data
  /// @param data the data field without the MAC
  /// @returns the plain data, or nullopt where MAC or padding is wrong: the channel must then be ended
  std::optional<Bytes> unwrap(ByteView signed_part, ByteView data, ByteView mac);

  /// Encrypts and signs an answer of status 9000, 62xx or 63xx as the level says (6.2.5, 6.2.7).
  Bytes wrap(ByteView data, iso7816::StatusWord status) const;

 private:
  Bytes cryptogram(std::uint8_t constant) const;
  bool check_mac(ByteView signed_part, ByteView mac);
  Bytes counter_iv(std::uint8_t first_byte) const;

  Secret s_enc_, s_mac_, s_rmac_;
  Bytes context_;               // host challenge, card challenge
  Bytes chaining_ = Bytes(16);  // MAC chaining value: the whole MAC of the last command
  std::size_t mac_size_;
  std::uint64_t counter_ = 0;  // commands since the channel was opened
  std::uint8_t level_ = 0;
};

}  // namespace perso::vchip
