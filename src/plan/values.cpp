#include "plan/values.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/number.hpp"

namespace perso::plan {

using identity::Date;

bool is_order_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, allowed);
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
