// EF.DG11 and EF.DG12 (ICAO 9303-10 4.7.11, 4.7.12): what else a card says of its holder and of itself.
#pragma once

#include <map>
#include <string>

#include "bytes/bytes.hpp"
#include "bytes/deviations.hpp"

namespace perso::inspect {

/// The texts of EF.DG11 (`6B { 5C tag list, elements }`) or EF.DG12 (6C), by what they are: "place of birth".
/// Dates as they are coded, in digits. Pictures, counts and what is no text are passed over.
/// Deviations: a tag list that is missing or names other elements than there are; a text that is not one,
/// which is left out. @throws Error Code::malformed
std::map<std::string, std::string> parse_details(ByteView file, Deviations& deviations);

}  // namespace perso::inspect
