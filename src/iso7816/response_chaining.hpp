// Answers that come in parts or ask for another Le (ISO/IEC 7816-4 5.3.4, 11.8.1), as T=0 readers deliver
// them.
#pragma once

#include "iso7816/card.hpp"

namespace perso::iso7816 {

/// Fetches the rest of an answer with GET RESPONSE for as long as the card says 61xx, and sends a command
/// again with the right Le where it says 6Cxx, so that whoever is above sees one whole answer. `card` must
/// outlive it. Not thread-safe.
class ResponseChaining final : public Card {
 public:
  explicit ResponseChaining(Card& card) : card_(card) {}
  /// The data of all parts and the last status word.
  /// @throws Error chip_foreign for an answer of more than 65,536 bytes or one that never comes to its end
  ResponseApdu transmit(const CommandApdu& command) override;

 private:
  ResponseApdu with_right_length(const CommandApdu& command);
  Card& card_;
};

}  // namespace perso::iso7816
