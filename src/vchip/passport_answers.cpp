#include "vchip/passport_answers.hpp"

#include "vchip/secure_messaging_card.hpp"

namespace perso::vchip {

using namespace iso7816;

const PassportAnswers& answers_of(PassportKind kind) {
  static constexpr PassportAnswers own = {
      .locked = sw::ins_not_supported,
      .wrong_token = sw::authentication_failed,
      .opens_early = false,
      .bare_numbers = false,
      .short_ids = true,
      .room = SecureMessagingCard::plain_capacity,
  };
  static constexpr PassportAnswers published = {
      .locked = sw::conditions_not_satisfied,
      .wrong_token = sw::security_status,
      .opens_early = true,
      .bare_numbers = true,
      .short_ids = false,
      .room = 224,  // of its buffer of 261 bytes it keeps 37 back
  };
  return kind == PassportKind::own ? own : published;
}

}  // namespace perso::vchip
