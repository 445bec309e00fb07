// What an edition repeats beside the eMRTD application, and a card that has none.
#pragma once

#include "inspect/findings.hpp"

namespace perso::inspect {

/// What stands at the place. @param name of the check that fails where it cannot be had
std::optional<std::string> text_at(Findings& findings, const std::string& name, const Promises::Place& place);

/// Record number and portrait copy against EF.DG1 and EF.DG2.
void judge_copies(Findings& findings, const Promises& promises);
/// A card without the eMRTD application has its number in its record, and is known by all that can be read.
void judge_plain_card(Findings& findings, const Promises& promises);
/// The holder as the text record of the permanent resident card has it, where that is the record.
void show_record(Findings& findings, const Promises& promises);

}  // namespace perso::inspect
