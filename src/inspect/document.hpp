// What the files of one document say.
#pragma once

#include "identity/mrz.hpp"
#include "inspect/access.hpp"
#include "lds/card_security.hpp"
#include "lds/com.hpp"
#include "lds/sod.hpp"

namespace perso::inspect {

/// Parsed once, while the card is read; nullopt for what was not read or breaks its form.
struct Document {
  std::string master_file = "MF", emrtd = "eMRTD";  // as the edition calls them, once it is known
  CardAccess card_access;
  Access access;
  std::optional<lds::CardSecurity> card_security;
  std::optional<lds::Com> com;
  std::optional<lds::Sod> sod;
  std::optional<std::string> zone;                         // of EF.DG1
  std::optional<lds::SecurityInfos> options;               // EF.DG14
  std::optional<channel::ChipAuthenticationKey> chip_key;  // of EF.CardSecurity, which the mapping proved
  bool chip_authenticated = false;                         // or it failed, and a check says so
  bool actively_authenticated = false;                     // the same
  bool is_emrtd = false;                                   // it has the application
};

}  // namespace perso::inspect
