// Names in machine readable zones (ICAO 9303-3 4.6; truncated by clause 4.2.3 of 9303-4, -5 and -6).
#pragma once

#include <string>
#include <string_view>

#include "identity/name.hpp"

namespace perso::identity {

/// `PRIMARY<<SECONDARY` of any length (9303-3 4.6): blanks and hyphens become `<`, apostrophes go.
/// @throws Error Code::malformed for other characters than those and A-Z, and without a primary identifier
std::string mrz_name(const LatinName& name);

/// The same in exactly `width` characters (9303-4, -5 and -6, clause 4.2.3), filled up with `<`. A name that
/// is too long loses letters from the end of the last component of the secondary identifier, then of the one
/// before it, down to an initial each, then likewise of the primary identifier; components beyond what
/// initials can hold are left out from the end. So each of the others is still seen, and the field ends with
/// a letter, as a truncated one has to. (Where nothing but initials is left, a field of the other parity than
/// theirs ends with one `<`.)
/// @throws Error Code::malformed as `mrz_name`
std::string mrz_name_field(const LatinName& name, std::size_t width);

/// The parts of a name field, with blanks for hyphens, as it was truncated. @throws Error Code::malformed for
/// a field that is not letters and `<`, or not of the form PRIMARY<<SECONDARY
LatinName parse_mrz_name(std::string_view field);

}  // namespace perso::identity
