// Where chips of the iso7816 platform differ, as data: the rows of CONTRACT-iso7816.md, section 5, that a
// driver can tell apart.
#pragma once

#include "iso7816/apdu.hpp"
#include "vchip/hardware.hpp"

namespace perso::vchip {

struct PassportAnswers {
  iso7816::StatusWord locked;       // to a command of personalization after the lock
  iso7816::StatusWord wrong_token;  // to EXTERNAL AUTHENTICATE with a wrong MAC or challenge
  bool opens_early;   // basic access control as soon as there are access data; nothing is read without it
  bool bare_numbers;  // the numbers of a key stand behind their objects, which are empty
  bool short_ids;     // READ BINARY by a short file identifier
  bool chip_keys;     // chip authentication with a key on a curve over a prime field
  std::size_t room;   // plain bytes in an answer of the channel
};

const PassportAnswers& answers_of(PassportKind kind);

}  // namespace perso::vchip
