// Numbers of the permanent resident card: 18 characters since the 2023 edition, 15 characters before.
//
// 18 characters: `9`; province of first issue (2, GB/T 2260); country (3, ISO 3166-1 numeric); birth date
// YYYYMMDD; sequence (3); check character (ISO/IEC 7064 MOD 11-2).
// 15 characters: nationality (3, ISO 3166-1 alpha-3); province and city (4, GB/T 2260); birth date YYMMDD;
// sequence (1); check digit (weights 7 3 1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "identity/country.hpp"
#include "identity/date.hpp"

namespace perso::identity {

/// What a number is judged by, in this order; the first rule that it breaks is told.
enum class NumberRule { length, alphabet, province, country, date, check };

struct NumberFault {
  NumberRule rule;
  std::string text;  // what is wrong and what is wanted; never the number or a part of it
};

/// nullopt for a good number. The text is UTF-8; its length is counted in characters.
/// A birth date exists and is of 1850 or later; whether it is past, whoever has a clock judges.
/// `further_countries`: numeric codes beside those of ISO 3166-1 (a profile's, for who has no country there).
std::optional<NumberFault> check_number_18(std::string_view number,
                                           std::span<const std::uint16_t> further_countries = {});
/// The year has no century: the date is good when it exists in 19YY or in 20YY.
std::optional<NumberFault> check_number_15(std::string_view number);

/// The last character for the 17 digits before it.
char check_character_18(std::string_view first_17);
/// The last character for the 14 characters before it (A-Z count 10 to 35).
char check_character_15(std::string_view first_14);

/// Both forms, told apart by their lengths.
std::optional<NumberFault> check_number(std::string_view number,
                                        std::span<const std::uint16_t> further_countries = {});

/// A number taken apart, as it is written; good or not.
struct NumberParts {
  std::string province;                    // GB/T 2260, two digits
  std::string_view province_name;          // English; empty for a code that is no province
  std::string city;                        // 15 characters: the two digits after the province
  std::string country;                     // 18: three digits; 15: three letters
  const Country* known_country = nullptr;  // of ISO 3166-1; nullptr where it has none such
  std::string born;                        // YYYYMMDD or YYMMDD
  std::vector<Date> births;                // the days that it can mean: up to one of 18 characters, two of 15
  std::string sequence;
  char check = 0;           // as it stands
  char expected_check = 0;  // as the others want it
};

/// nullopt for a text that breaks the length or alphabet of both forms.
std::optional<NumberParts> explain_number(std::string_view number);

/// Whether a number that passed its check bears this birth date (the 15-character one: its last two digits of
/// the year).
bool bears_birth_date(std::string_view number, const Date& birth);

/// The previous 15-character number as readers recover it from a card of the 2023 edition: from the
/// 18-character number, the nationality on the card (alpha-3) and the three digits of the association item.
std::string previous_number(std::string_view number_18, std::string_view nationality,
                            std::string_view association);

/// Whether the holder's nationality is the one that the number was first issued with.
enum class NationalitySince {
  same,
  changed,  // the previous number that readers recover is wrong
  unknown,  // one of the two is not of ISO 3166-1
};
/// `number_18` passed its check; `nationality` is alpha-3.
NationalitySince nationality_since(std::string_view number_18, std::string_view nationality);

/// The association item (three digits: city, sequence) from which readers recover `number_15`. nullopt where
/// they would recover another number: province, birth date or nationality are not those of the new number and
/// card. Both numbers have passed their checks.
std::optional<std::string> association_item(std::string_view number_18, std::string_view nationality,
                                            std::string_view number_15);

}  // namespace perso::identity
