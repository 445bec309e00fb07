#include "plan/values.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/country.hpp"
#include "identity/name.hpp"
#include "identity/number.hpp"

namespace perso::plan {

using identity::Date;
using profile::FieldType;

namespace {

// Shorter ones stand in ids by chance: EMP-2026-1 tells nothing of staff number 1.
constexpr std::size_t telling_letters = 4, telling_characters = 6;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_letter(char c) {
  return upper(c) >= 'A' && upper(c) <= 'Z';
}

bool contains(std::string_view id, std::string_view text) {
  const auto same = [](char a, char b) { return upper(a) == upper(b); };
  return std::search(id.begin(), id.end(), text.begin(), text.end(), same) != id.end();
}

bool tells_words(std::string_view id, std::string_view name) {
  while (!name.empty()) {
    const auto end = std::ranges::find_if_not(name, is_letter);
    const auto size = static_cast<std::size_t>(end - name.begin());
    if (size >= telling_letters && contains(id, name.substr(0, size))) return true;
    name.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return false;
}

/// Also as it is transliterated: who writes a name with diacritics writes ids without.
bool tells_name(std::string_view id, const std::string& name) {
  return tells_words(id, name) || (!identity::latin_name_fault(name) &&
                                   tells_words(id, identity::record_form(identity::parse_latin_name(name))));
}

bool is_number(const profile::Field& field, const profile::Profile& profile) {
  return field.name == profile.number || field.type == FieldType::prc_number_18 ||
         field.type == FieldType::prc_number_15 || field.type == FieldType::access_number;
}

}  // namespace

bool is_order_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, allowed);
}

std::optional<std::string> access_number_field(const profile::Profile& profile) {
  const auto field = std::ranges::find(profile.holder, FieldType::access_number, &profile::Field::type);
  return field == profile.holder.end() ? std::nullopt : std::optional(field->name);
}

std::optional<std::string> field_told_by_id(const Order& order, const profile::Profile& profile) {
  for (const profile::Field& field : profile.holder) {
    const std::string value = value_of(order, field.name);
    if (is_number(field, profile) && value.size() >= telling_characters && contains(order.id, value))
      return field.name;
    if (field.type == FieldType::latin_name && tells_name(order.id, value)) return field.name;
  }
  return std::nullopt;
}

std::string value_of(const Order& order, const std::string& field) {
  const auto found = order.fields.find(field);
  return found == order.fields.end() ? "" : found->second;
}

Date date_of(const Order& order, const std::string& field) {
  const auto date = Date::parse(value_of(order, field));
  if (!date)
    throw Error(Code::order_invalid,
                "order " + order.id + ", field " + field + ": there is no date; fill it in");
  return *date;
}

Date last_valid_day(const profile::ValidityByAge& validity, const Date& from, const Date& born) {
  const int years =
      identity::age_on(born, from) < validity.age ? validity.years_under : validity.years_otherwise;
  return identity::last_valid_day(from, years, validity.ends);
}

std::optional<std::string> numeric_code(const profile::Profile& profile, const std::string& alpha_3) {
  if (const auto* country = identity::find_country(alpha_3)) {
    const std::string digits = std::to_string(country->numeric);
    return std::string(3 - digits.size(), '0') + digits;
  }
  const profile::Field* number = profile.field(profile.number);
  if (number == nullptr) return std::nullopt;
  const auto own = number->numeric.find(alpha_3);
  return own == number->numeric.end() ? std::nullopt : std::optional(own->second);
}

std::string association(const Order& order, const profile::Profile& profile, const std::string& number_15) {
  // The profile has exactly one country where it has an association item.
  const auto country = std::ranges::find(profile.holder, FieldType::country, &profile::Field::type);
  const std::string nationality = country == profile.holder.end() ? "" : value_of(order, country->name);
  const std::string number = order.number(profile);
  if (identity::nationality_since(number, nationality) != identity::NationalitySince::same) return "";
  const auto item = identity::association_item(number, nationality, number_15);
  if (!item)
    throw Error(Code::order_invalid,
                "order " + order.id + ": readers would recover another previous number; leave it out");
  return *item;
}

}  // namespace perso::plan
