#include "plan/values.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/number.hpp"

namespace perso::plan {

using identity::Date;
using profile::FieldType;

namespace {

constexpr std::size_t telling_letters = 4;  // shorter words stand in ids by chance

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_letter(char c) {
  return upper(c) >= 'A' && upper(c) <= 'Z';
}

bool contains(std::string_view id, std::string_view text) {
  const auto same = [](char a, char b) { return upper(a) == upper(b); };
  return !std::ranges::search(id, text, same).empty();
}

bool tells_name(std::string_view id, std::string_view name) {
  while (!name.empty()) {
    const auto end = std::ranges::find_if_not(name, is_letter);
    const auto size = static_cast<std::size_t>(end - name.begin());
    if (size >= telling_letters && contains(id, name.substr(0, size))) return true;
    name.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return false;
}

}  // namespace

bool is_order_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, allowed);
}

std::optional<std::string> field_told_by_id(const Order& order, const profile::Profile& profile) {
  for (const profile::Field& field : profile.holder) {
    const std::string value = value_of(order, field.name);
    const bool number = field.type == FieldType::prc_number_18 || field.type == FieldType::prc_number_15;
    if (number && !value.empty() && contains(order.id, value)) return field.name;
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
  const Date anniversary = from.add_years(years);
  // A 29 February without an anniversary has been cut to the day before it already.
  if (validity.ends == profile::LastDay::same_day || anniversary.day() != from.day()) return anniversary;
  const std::chrono::sys_days day = std::chrono::year(anniversary.year()) /
                                    static_cast<int>(anniversary.month()) /
                                    static_cast<int>(anniversary.day());
  return Date::of(day - std::chrono::days(1));
}

bool spelt_as_association(const profile::Profile& profile, const profile::Field& field) {
  const auto is_association = [&](const profile::RecordField& place) {
    return place.value == field.name && place.as == profile::Spelling::association;
  };
  for (const profile::Application& application : profile.applications)
    for (const profile::File& file : application.files)
      if (const auto* record = std::get_if<profile::Record>(&file.content);
          record != nullptr && std::ranges::any_of(record->fields, is_association))
        return true;
  return false;
}

std::string association(const Order& order, const profile::Profile& profile, const std::string& number_15) {
  // The profile has exactly one country where it has an association item.
  const auto country = std::ranges::find(profile.holder, profile::FieldType::country, &profile::Field::type);
  const std::string nationality = country == profile.holder.end() ? "" : value_of(order, country->name);
  return identity::association_item(order.number(profile), nationality, number_15).value_or("");
}

}  // namespace perso::plan
