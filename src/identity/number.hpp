// Numbers of the permanent resident card: 18 characters since the 2023 edition, 15 characters before.
//
// 18 characters: `9`; province of first issue (2, GB/T 2260); country (3, ISO 3166-1 numeric); birth date
// YYYYMMDD; sequence (3); check character (ISO/IEC 7064 MOD 11-2).
// 15 characters: nationality (3, ISO 3166-1 alpha-3); province and city (4, GB/T 2260); birth date YYMMDD;
// sequence (1); check digit (weights 7 3 1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "identity/date.hpp"

namespace perso::identity {

/// What a number is judged by, in this order; the first rule that it breaks is told.
enum class NumberRule { length, alphabet, province, country, date, check };

struct NumberFault {
  NumberRule rule;
  std::string text;  // what is wrong and what is wanted; never the number or a part of it
};

/// nullopt for a good number. The text is UTF-8; its length is counted in characters.
std::optional<NumberFault> check_number_18(std::string_view number);
/// The year has no century: the date is good when it exists in 19YY or in 20YY.
std::optional<NumberFault> check_number_15(std::string_view number);

/// The last character for the 17 digits before it.
char check_character_18(std::string_view first_17);
/// The last character for the 14 characters before it (A-Z count 10 to 35).
char check_character_15(std::string_view first_14);

/// Whether a number that passed its check bears this birth date (the 15-character one: its last two digits of
/// the year).
bool bears_birth_date(std::string_view number, const Date& birth);

/// The previous 15-character number as readers recover it from a card of the 2023 edition: from the
/// 18-character number, the nationality on the card (alpha-3) and the three digits of the association item.
std::string previous_number(std::string_view number_18, std::string_view nationality,
                            std::string_view association);

/// The association item (three digits: city, sequence) from which readers recover `number_15`. nullopt where
/// they would recover another number: province, birth date or nationality are not those of the new number and
/// card. Both numbers have passed their checks.
std::optional<std::string> association_item(std::string_view number_18, std::string_view nationality,
                                            std::string_view number_15);

}  // namespace perso::identity
