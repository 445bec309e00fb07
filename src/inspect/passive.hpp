// What the files of the eMRTD application say and prove, without the card (ICAO 9303-11 clause 5).
#pragma once

#include "inspect/signatures.hpp"

namespace perso::inspect {

/// Judges EF.COM, EF.SOD and the data groups that were read of `application`. Sets the report's number,
/// digest, holder and portrait.
void judge_emrtd(Findings& findings, const PromisedApplication& application, const Court& court);

}  // namespace perso::inspect
