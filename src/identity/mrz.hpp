// Machine readable zones (ICAO 9303-3 clause 4, 9303-5 clause 4.2): the TD1 form, three lines of 30.
#pragma once

#include <string>
#include <string_view>

#include "identity/name.hpp"

namespace perso::identity {

/// Check digit over digits, A-Z (10 to 35) and `<` (0), weights 7 3 1 (9303-3 4.9).
/// @throws Error Code::malformed for other characters
char mrz_check_digit(std::string_view characters);

/// A name field of exactly `width` characters (9303-3 4.6, 9303-5 4.2.3): blanks and hyphens become `<`,
/// apostrophes go, `<<` separates the parts. A name that is too long loses letters from the end of the last
/// component of the secondary identifier, then of the one before it, down to an initial each, then likewise
/// of the primary identifier; components beyond what initials can hold are left out from the end. So each of
/// the others is still seen, and the field ends with a letter, as a truncated one has to.
/// @throws Error Code::malformed for other characters and without a primary identifier
std::string mrz_name_field(const LatinName& name, std::size_t width);

inline constexpr std::size_t td1_size = 90;

/// The fields of a TD1 zone, without fillers at their ends and without check digits.
struct Td1 {
  std::string document_code;  // 1 or 2 characters A-Z, the first A, C or I
  std::string issuing_state;  // 1 to 3 letters, ICAO 9303-3 clause 5
  std::string number;  // 1 to 22 of A-Z 0-9; above 9 it runs on into the optional data (9303-5 4.2.2 note j)
  std::string optional_1;   // A-Z 0-9, `<` inside: up to 15, less what a long number takes
  std::string birth;        // YYMMDD; what is not known is `<`
  char sex = '<';           // M, F or <
  std::string expiry;       // YYMMDD
  std::string nationality;  // as issuing_state
  std::string optional_2;   // up to 11
  LatinName name;           // parsed back: blanks for hyphens, and as it was truncated
};

/// 90 characters, the three lines one after the other. @throws Error Code::malformed naming the field that
/// breaks its form
std::string encode_td1(const Td1& fields);

/// @throws Error Code::malformed naming the first field that breaks its form or whose check digit is wrong
Td1 parse_td1(std::string_view mrz);

}  // namespace perso::identity
