// What an edition repeats beside the eMRTD application, and a card that has none.
#pragma once

#include "identity/mrz.hpp"
#include "inspect/findings.hpp"

namespace perso::inspect {

/// What stands at the place, or in places that follow each other. @param name of the check that fails where
/// it cannot be had
std::optional<std::string> text_at(Findings& findings, const std::string& name, const Promises::Place& place);
std::optional<std::string> text_at(Findings& findings, const std::string& name,
                                   std::span<const Promises::Place> places);

/// Record number and portrait copy against EF.DG1 and EF.DG2.
void judge_copies(Findings& findings, const Promises& promises);
/// A card without the eMRTD application has its number in its record, and is known by all that can be read.
void judge_plain_card(Findings& findings, const Promises& promises);
/// One check, where the edition promises it: whether the record has the holder of the zone. Where it is the
/// text record of the permanent resident card, its form, and the holder as it has it.
void judge_record(Findings& findings, const Promises& promises, const std::optional<identity::Mrz>& zone);

}  // namespace perso::inspect
