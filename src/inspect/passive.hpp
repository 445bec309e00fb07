// What the files of the eMRTD application say and prove, without the card (ICAO 9303-11 clause 5).
#pragma once

#include "inspect/document.hpp"
#include "inspect/signatures.hpp"

namespace perso::inspect {

/// The data groups behind extended access control (9303-11 clause 7), which this inspection does not have.
inline bool needs_extended_access(int data_group) {
  return data_group == 3 || data_group == 4;
}

/// Judges EF.COM, EF.SOD and the data groups that were read. Sets the report's number, digest, holder and
/// portrait.
/// @returns the machine readable zone, where it holds
std::optional<identity::Mrz> judge_emrtd(Findings& findings, const Document& document, Court& court);

}  // namespace perso::inspect
