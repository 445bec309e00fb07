// PACE (ICAO 9303-11 4.4), the card's side, from the text of the standard: nothing here is shared with the
// terminal's side in `channel`.
#pragma once

#include <memory>
#include <optional>

#include "tlv/tlv.hpp"
#include "vchip/agreement_group.hpp"
#include "vchip/chip_authentication_card.hpp"
#include "vchip/secure_messaging_card.hpp"

namespace perso::vchip {

enum class Mapping { generic, integrated, chip_authentication };

/// What an object identifier id-PACE-... means (9.2.3).
struct PaceProtocol {
  GroupKind kind = GroupKind::ecdh;
  Mapping mapping = Mapping::generic;
  Cipher cipher = Cipher::aes_128;
};
/// @param oid the contents of the object identifier @returns nullopt for any other
std::optional<PaceProtocol> pace_protocol(ByteView oid);
/// Whether a chip can offer the protocol with these standardised parameters (9.5.1): both known and of one
/// kind, and no integrated mapping on secp224r1.
bool pace_works(ByteView oid, std::uint8_t parameters);

/// One run, from MSE:Set AT on. After anything that it throws the run is over. One thread.
///
/// The constructor draws all that is random before anything is computed: the nonce s (16 bytes; 32 for
/// integrated mapping with AES-192 and AES-256), the private value of the mapping unless it is integrated,
/// the private value of the agreement. A private value is drawn in as many bytes as the order of the curve or
/// of the MODP subgroup has, and again while it is 0 or not below that order; of secp521r1's 66 bytes the
/// upper 7 bits are cut off. What is drawn later only blinds.
class PaceCard {
 public:
  /// @param password mrz_password or can_password
  /// @param chip_key for chip authentication mapping, else not looked at @param random must outlive this
  /// @throws Refusal 6A80 where pace_works is false, and for chip authentication mapping without a key on the
  /// curve of the parameters
  PaceCard(ByteView oid, std::uint8_t parameters, const Secret& password, const ChipKey* chip_key,
           Random& random);

  /// Answers the next GENERAL AUTHENTICATE, which must bring the object of the step that the run has come to.
  /// @param data the command's data field, 7C { ... } @returns the answer's data field, 7C { ... }
  /// @throws Refusal 6A80 for a form or a public key that is wrong, 6985 for another step's object or a run
  /// that is over, 6300 for a wrong token
  Bytes general_authenticate(ByteView data);

  /// The next command asks for the encrypted nonce: the answer that a chip delays after failures.
  bool at_start() const { return step_ == Step::nonce; }
  /// The terminal knows the password: the last answer was the chip's token.
  bool succeeded() const { return step_ == Step::succeeded; }
  /// The channel that begins behind the last answer. Once, after succeeded().
  SecureMessagingCard channel() { return SecureMessagingCard(std::move(keys_)); }

 private:
  enum class Step { nonce, mapping, agreement, authentication, succeeded, over };

  Bytes perform(Step step, const std::optional<tlv::Element>& object);
  Bytes encrypted_nonce() const;
  Bytes map(ByteView terminal_data);
  Bytes agree(ByteView terminal_key);
  Bytes authenticate(ByteView token) const;
  Bytes token_over(ByteView public_key) const;
  Bytes chip_authentication_data() const;

  Bytes oid_;
  PaceProtocol protocol_;
  std::string curve_;  // empty for a MODP group
  std::unique_ptr<AgreementGroup> group_;
  Random& random_;
  Secret password_key_, nonce_, mapping_private_, agreement_private_, chip_private_;
  Step step_ = Step::nonce;
  Bytes generator_;               // mapped
  Bytes terminal_key_, own_key_;  // ephemeral, of the agreement, as they travel
  SessionKeys keys_;
};

}  // namespace perso::vchip
