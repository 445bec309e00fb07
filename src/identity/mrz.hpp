// Machine readable zones (ICAO 9303-3 clause 4) in their three forms: TD1 (9303-5 clause 4.2, three lines of
// 30), TD2 (9303-6 clause 4.2, two lines of 36) and TD3 (9303-4 clause 4.2, two lines of 44).
#pragma once

#include <string>
#include <string_view>

#include "identity/mrz_name.hpp"

namespace perso::identity {

enum class MrzForm { td1, td2, td3 };

/// Characters of a whole zone, its lines one after the other: 90, 72, 88.
std::size_t mrz_size(MrzForm form);
/// Characters of its name field: 30, 31, 39.
std::size_t mrz_name_width(MrzForm form);

/// Check digit over digits, A-Z (10 to 35) and `<` (0), weights 7 3 1 (9303-3 4.9).
/// @throws Error Code::malformed for other characters
char mrz_check_digit(std::string_view characters);

/// What a zone says, without fillers at the ends and without check digits.
struct MrzFields {
  std::string document_code;  // 1 or 2 of A-Z: the first A, C or I, in TD3 P; the second not V
  std::string issuing_state;  // 1 to 3 letters, ICAO 9303-3 clause 5
  /// 1 to 9 of A-Z 0-9. In TD1 and TD2 up to 22 and 14: what exceeds 9 runs on into the optional data (9303-5
  /// 4.2.2 note j, 9303-6 4.2.2 note j).
  std::string number;
  /// A-Z 0-9, `<` inside: up to 15 in TD1 and 7 in TD2, less what a long number takes (all above 9 and two
  /// more), 14 in TD3.
  std::string optional_1;
  std::string birth;        // YYMMDD; what is not known is `<`
  char sex = '<';           // M, F or <
  std::string expiry;       // YYMMDD
  std::string nationality;  // as issuing_state
  std::string optional_2;   // TD1 alone: up to 11
  LatinName name;           // read back: blanks for hyphens, without apostrophes, and as it was truncated
  bool operator==(const MrzFields&) const = default;
};

/// The lines one after the other, `mrz_size(form)` characters. @throws Error Code::malformed naming the field
/// that breaks its form
std::string encode_mrz(MrzForm form, const MrzFields& fields);

/// A zone as it was read.
struct Mrz {
  MrzForm form = MrzForm::td1;
  MrzFields fields;
  /// The name field is full to its end with a letter: the name may have been truncated (9303-3 4.6), or it
  /// fits exactly.
  bool name_may_be_cut = false;
};

/// The form is told by the length. @throws Error Code::malformed naming the first field that breaks its form
/// or whose check digit is wrong
Mrz parse_mrz(std::string_view mrz);

}  // namespace perso::identity
