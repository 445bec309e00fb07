// From when and until when a document is valid.
#pragma once

#include <string_view>

#include "identity/date.hpp"
#include "inspect/document.hpp"

namespace perso::inspect {

/// The day that a zone means by YYMMDD: of those with these two digits the one from 50 years before `today`
/// to just under 50 after it. nullopt where it is no day: some documents do not expire.
std::optional<identity::Date> day_of_zone(std::string_view yymmdd, const identity::Date& today);

/// Date of issue, from the edition's record or EF.DG12; date of expiry, from the record or the zone, which
/// must not contradict each other. The day is China's; the last one counts as valid.
/// @param zone nullopt where it breaks its form: the date of expiry is looked for in its columns all the same
void judge_dates(Findings& findings, const Document& document, const std::optional<identity::Mrz>& zone,
                 Instant now);

}  // namespace perso::inspect
