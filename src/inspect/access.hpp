// How a document is opened with what is printed on it: the strongest way that it offers.
#pragma once

#include "channel/pace.hpp"
#include "inspect/findings.hpp"
#include "inspect/session.hpp"
#include "lds/security_infos.hpp"

namespace perso::inspect {

inline const iso7816::Fid card_access_fid{0x011C}, card_security_fid{0x011D};
inline constexpr std::string_view card_access_name = "EF.CardAccess", card_security_name = "EF.CardSecurity";

/// EF.CardAccess as it was read in the clear.
struct CardAccess {
  std::optional<Bytes> contents;
  std::optional<lds::SecurityInfos> infos;  // nullopt: there is none, or it breaks its form
};
/// With the master file selected, as it is after a reset; with a SELECT of its own where that finds nothing.
CardAccess read_card_access(Session& session, Findings& findings);

/// What opened the document.
struct Access {
  std::optional<channel::PaceInfo> pace;
  bool bac = false;
  bool given() const { return pace || bac; }
};

/// By PACE; a chip that does not know the card access number is asked for the zone. One check, "access".
/// nullopt where it did not open.
std::optional<Access> open_by_pace(Session& session, Findings& findings, const channel::PaceInfo& way,
                                   channel::ParameterSets sets, const Request& request);

/// By basic access control, with `application` selected, where the chip has it and the zone is known. What it
/// lacks is no fault yet: whether files are readable decides.
struct BacAttempt {
  bool opened = false;
  std::string why;  // it is not open
};
BacAttempt try_bac(Session& session, const iso7816::Aid& application, const Request& request);

}  // namespace perso::inspect
