#include "identity/number.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "identity/ascii.hpp"
#include "identity/country.hpp"
#include "identity/mrz.hpp"

namespace perso::identity {

namespace {

struct Province {
  std::string_view code, name;
};

// GB/T 2260, the first two digits.
constexpr std::array<Province, 34> provinces{{
    {"11", "Beijing"},    {"12", "Tianjin"},   {"13", "Hebei"},     {"14", "Shanxi"},
    {"15", "Nei Mongol"}, {"21", "Liaoning"},  {"22", "Jilin"},     {"23", "Heilongjiang"},
    {"31", "Shanghai"},   {"32", "Jiangsu"},   {"33", "Zhejiang"},  {"34", "Anhui"},
    {"35", "Fujian"},     {"36", "Jiangxi"},   {"37", "Shandong"},  {"41", "Henan"},
    {"42", "Hubei"},      {"43", "Hunan"},     {"44", "Guangdong"}, {"45", "Guangxi"},
    {"46", "Hainan"},     {"50", "Chongqing"}, {"51", "Sichuan"},   {"52", "Guizhou"},
    {"53", "Yunnan"},     {"54", "Xizang"},    {"61", "Shaanxi"},   {"62", "Gansu"},
    {"63", "Qinghai"},    {"64", "Ningxia"},   {"65", "Xinjiang"},  {"71", "Taiwan"},
    {"81", "Hong Kong"},  {"82", "Macao"},
}};

constexpr int first_birth_year = 1850;  // of nobody who can hold a card

/// Empty for a code that is none.
std::string_view province_name(std::string_view code) {
  const auto found = std::ranges::find(provinces, code, &Province::code);
  return found != provinces.end() ? found->name : std::string_view();
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, is_digit);
}

int number_of(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::optional<Date> date_of(int century, std::string_view yymmdd) {
  return Date::from(century * 100 + number_of(yymmdd.substr(0, 2)), number_of(yymmdd.substr(2, 2)),
                    number_of(yymmdd.substr(4, 2)));
}

/// Of the 18 characters.
std::optional<Date> birth_of(std::string_view number_18) {
  return date_of(number_of(number_18.substr(6, 2)), number_18.substr(8, 6));
}

/// Characters of a UTF-8 text: every byte that does not continue one.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::uint16_t country_code_of(std::string_view number_18) {
  return static_cast<std::uint16_t>(number_of(number_18.substr(3, 3)));
}

std::optional<NumberFault> wrong_length(std::string_view number, std::size_t wanted) {
  const std::size_t count = characters(number);
  if (count == wanted) return std::nullopt;
  return NumberFault{NumberRule::length,
                     "has " + std::to_string(count) + " characters instead of " + std::to_string(wanted)};
}

bool alphabet_18(std::string_view number) {
  return number.size() == 18 && number.front() == '9' && all_digits(number.substr(0, 17)) &&
         (is_digit(number.back()) || number.back() == 'X');
}

bool alphabet_15(std::string_view number) {
  return number.size() == 15 && std::ranges::all_of(number.substr(0, 3), is_letter) &&
         all_digits(number.substr(3));
}

void require(bool holds, const char* what) {
  if (!holds) throw Error(Code::malformed, what);
}

}  // namespace

char check_character_18(std::string_view first_17) {
  constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view check_characters = "10X98765432";
  require(first_17.size() == weights.size() && all_digits(first_17),
          "a check character is made of 17 digits");
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += (first_17[i] - '0') * weights[i];
  return check_characters[static_cast<std::size_t>(sum % 11)];
}

char check_character_15(std::string_view first_14) {
  require(first_14.size() == 14, "a check digit is made of 14 characters");
  return mrz_check_digit(first_14);
}

std::optional<NumberFault> check_number_18(std::string_view number,
                                           std::span<const std::uint16_t> further_countries) {
  if (const auto fault = wrong_length(number, 18)) return fault;
  if (!alphabet_18(number))
    return NumberFault{NumberRule::alphabet, "is not 9, 16 more digits, and a digit or capital X"};
  if (province_name(number.substr(1, 2)).empty())
    return NumberFault{NumberRule::province, "has no province of GB/T 2260 at characters 2 and 3"};
  const std::uint16_t country = country_code_of(number);
  if (find_country(country) == nullptr &&
      std::ranges::find(further_countries, country) == further_countries.end())
    return NumberFault{NumberRule::country, "has no country of ISO 3166-1 numeric at characters 4 to 6"};
  const auto birth = birth_of(number);
  if (!birth)
    return NumberFault{NumberRule::date, "has a birth date that does not exist at characters 7 to 14"};
  if (birth->year() < first_birth_year)
    return NumberFault{NumberRule::date, "has a birth date before 1850 at characters 7 to 14"};
  if (check_character_18(number.substr(0, 17)) != number.back())
    return NumberFault{NumberRule::check, "has a check character that does not fit the others"};
  return std::nullopt;
}

std::optional<NumberFault> check_number_15(std::string_view number) {
  if (const auto fault = wrong_length(number, 15)) return fault;
  if (!alphabet_15(number))
    return NumberFault{NumberRule::alphabet, "is not three capital letters and 12 digits"};
  if (province_name(number.substr(3, 2)).empty())
    return NumberFault{NumberRule::province, "has no province of GB/T 2260 at characters 4 and 5"};
  if (find_country(number.substr(0, 3)) == nullptr)
    return NumberFault{NumberRule::country, "has no country of ISO 3166-1 alpha-3 at characters 1 to 3"};
  if (!date_of(19, number.substr(7, 6)) && !date_of(20, number.substr(7, 6)))
    return NumberFault{NumberRule::date, "has a birth date that does not exist at characters 8 to 13"};
  if (check_character_15(number.substr(0, 14)) != number.back())
    return NumberFault{NumberRule::check, "has a check digit that does not fit the others"};
  return std::nullopt;
}

std::optional<NumberFault> check_number(std::string_view number,
                                        std::span<const std::uint16_t> further_countries) {
  const std::size_t count = characters(number);
  if (count == 18) return check_number_18(number, further_countries);
  if (count == 15) return check_number_15(number);
  return NumberFault{NumberRule::length, "has " + std::to_string(count) + " characters instead of 18 or 15"};
}

std::optional<NumberParts> explain_number(std::string_view number) {
  NumberParts parts;
  if (alphabet_18(number)) {
    parts.province = number.substr(1, 2);
    parts.country = number.substr(3, 3);
    parts.known_country = find_country(country_code_of(number));
    parts.born = number.substr(6, 8);
    if (const auto birth = birth_of(number)) parts.births.push_back(*birth);
    parts.sequence = number.substr(14, 3);
    parts.expected_check = check_character_18(number.substr(0, 17));
  } else if (alphabet_15(number)) {
    parts.country = number.substr(0, 3);
    parts.known_country = find_country(parts.country);
    parts.province = number.substr(3, 2);
    parts.city = number.substr(5, 2);
    parts.born = number.substr(7, 6);
    for (const int century : {19, 20})
      if (const auto birth = date_of(century, parts.born)) parts.births.push_back(*birth);
    parts.sequence = number.substr(13, 1);
    parts.expected_check = check_character_15(number.substr(0, 14));
  } else {
    return std::nullopt;
  }
  parts.province_name = province_name(parts.province);
  parts.check = number.back();
  return parts;
}

bool bears_birth_date(std::string_view number, const Date& birth) {
  if (number.size() == 18) return number.substr(6, 8) == birth.yyyymmdd();
  return number.size() == 15 && number.substr(7, 6) == birth.yymmdd();
}

std::string previous_number(std::string_view number_18, std::string_view nationality,
                            std::string_view association) {
  require(alphabet_18(number_18), "a previous number is recovered from a number of 18 characters");
  require(nationality.size() == 3 && std::ranges::all_of(nationality, is_letter),
          "a previous number is recovered with a nationality of three letters");
  require(association.size() == 3 && all_digits(association), "an association item is three digits");
  std::string number(nationality);
  number += number_18.substr(1, 2);
  number += association.substr(0, 2);
  number += number_18.substr(8, 6);
  number += association[2];
  number += check_character_15(number);
  return number;
}

NationalitySince nationality_since(std::string_view number_18, std::string_view nationality) {
  require(alphabet_18(number_18), "a nationality is compared with a number of 18 characters");
  const Country* const first = find_country(country_code_of(number_18));
  const Country* const now = find_country(nationality);
  if (first == nullptr || now == nullptr) return NationalitySince::unknown;
  return first == now ? NationalitySince::same : NationalitySince::changed;
}

std::optional<std::string> association_item(std::string_view number_18, std::string_view nationality,
                                            std::string_view number_15) {
  require(alphabet_15(number_15), "an association item leads to a number of 15 characters");
  std::string item(number_15.substr(5, 2));
  item += number_15[13];
  if (previous_number(number_18, nationality, item) != number_15) return std::nullopt;
  return item;
}

}  // namespace perso::identity
