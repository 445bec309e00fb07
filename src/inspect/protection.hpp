// Whether the card was opened, and proven, as strongly as it is signed to be.
#pragma once

#include "inspect/document.hpp"
#include "inspect/signatures.hpp"

namespace perso::inspect {

/// Access against what the edition promises; EF.CardSecurity and its signer; EF.CardAccess, which nobody
/// signed, against EF.DG14 and EF.CardSecurity (ICAO 9303-11 9.2.11).
void judge_protection(Findings& findings, const Document& document, Court& court);
/// What the edition promises of the chip and nothing has shown.
void judge_promised_proofs(Findings& findings, const Document& document);

}  // namespace perso::inspect
