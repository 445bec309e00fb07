#include "vchip/passport_answers.hpp"

namespace perso::vchip {

using namespace iso7816;

const PassportAnswers& answers_of(PassportKind kind) {
  static constexpr PassportAnswers own = {
      .locked = sw::ins_not_supported,
      .wrong_token = sw::authentication_failed,
      .opens_early = false,
      .bare_numbers = false,
      .short_ids = true,
      .chip_keys = true,
      .room = 231,
  };
  static constexpr PassportAnswers published = {
      .locked = sw::conditions_not_satisfied,
      .wrong_token = sw::security_status,
      .opens_early = true,
      .bare_numbers = true,
      .short_ids = false,
      .chip_keys = false,  // its own are of 163 bits over a binary field
      .room = 224,         // of its buffer of 261 bytes it keeps 37 back
  };
  return kind == PassportKind::own ? own : published;
}

}  // namespace perso::vchip
