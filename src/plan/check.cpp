// Orders against their profile.
#include <algorithm>

#include "bytes/error.hpp"
#include "identity/country.hpp"
#include "identity/date.hpp"
#include "identity/name.hpp"
#include "identity/number.hpp"
#include "identity/text.hpp"
#include "plan/order.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

using identity::Date;
using profile::Field;
using profile::FieldType;

/// What is wrong and how to mend it, to be read after the field's name; nullopt where nothing is.
using Fault = std::optional<std::string>;

Fault too_long(std::size_t length, std::size_t most) {
  if (length <= most) return std::nullopt;
  return "has " + std::to_string(length) + " characters, and the card room for " + std::to_string(most) +
         "; shorten it";
}

Fault latin_name_fault(const std::string& name, std::size_t most) {
  if (const Fault fault = identity::latin_name_fault(name)) return *fault + "; correct it";
  return too_long(identity::record_form(identity::parse_latin_name(name)).size(), most);
}

Fault chinese_name_fault(const std::string& name, std::size_t most) {
  if (const Fault fault = identity::chinese_name_fault(name)) return *fault + "; correct it";
  return too_long(identity::utf16_units(name), most);
}

Fault number_fault(const std::optional<identity::NumberFault>& fault) {
  return fault ? Fault(fault->text + "; correct it") : std::nullopt;
}

Fault digits_fault(const std::string& text, std::size_t digits) {
  const bool good =
      text.size() == digits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return good ? std::nullopt : Fault("is not " + std::to_string(digits) + " digits; correct it");
}

Fault unless(bool good, const char* fault) {
  return good ? std::nullopt : Fault(fault);
}

/// Whether a value is well-formed by itself.
Fault value_fault(const Field& field, const std::string& value) {
  switch (field.type) {
    case FieldType::latin_name:
      return latin_name_fault(value, field.max_characters);
    case FieldType::chinese_name:
      return chinese_name_fault(value, field.max_characters);
    case FieldType::sex:
      return unless(value == "M" || value == "F", "is neither M nor F; write one of these");
    case FieldType::date:
      return unless(Date::parse(value).has_value(), "is no day of the calendar; write YYYY-MM-DD");
    case FieldType::country:
      return unless(identity::find_country(value) != nullptr,
                    "is no country of ISO 3166-1; write its three letters");
    case FieldType::prc_number_18:
      return number_fault(identity::check_number_18(value));
    case FieldType::prc_number_15:
      return number_fault(identity::check_number_15(value));
    case FieldType::count:
      return digits_fault(value, field.digits);
    case FieldType::portrait:
      return "is a portrait and belongs into a file";
  }
  return std::nullopt;
}

/// Whether a well-formed value agrees with the others.
Fault agreement_fault(const Order& order, const profile::Profile& profile, const Field& field,
                      const std::string& value) {
  if (field.agrees_with && !identity::bears_birth_date(value, date_of(order, *field.agrees_with)))
    return "bears a date that contradicts " + *field.agrees_with + "; correct one of the two";
  if (field.validity) {
    const Date from = date_of(order, *field.from);
    const Date born = date_of(order, *field.born);
    if (from < born)
      return "counts from " + *field.from + ", which lies before " + *field.born + "; correct one of the two";
    if (date_of(order, field.name) != last_valid_day(*field.validity, from, born))
      return "is not the end of the validity that the profile gives at this age; correct it or leave it out";
  }
  if (field.type == FieldType::count && order.reason == Reason::first_issue && value != field.first)
    return "is not " + field.first + " on a first issue; correct it or the reason";
  if (field.type == FieldType::prc_number_15 && spelt_as_association(profile, field) &&
      association(order, profile, value).empty())
    return "cannot be recovered by readers from this card, whose number or nationality differs; correct it "
           "or leave it out";
  return std::nullopt;
}

}  // namespace

void fill_in(Order& order, const profile::Profile& profile) {
  for (const Field& field : profile.holder) {
    if (order.fields.contains(field.name)) continue;
    if (field.type == FieldType::count && order.reason == Reason::first_issue)
      order.fields[field.name] = field.first;
    if (!field.validity) continue;
    const auto from = Date::parse(value_of(order, *field.from));
    const auto born = Date::parse(value_of(order, *field.born));
    if (from && born) order.fields[field.name] = last_valid_day(*field.validity, *from, *born).to_text();
  }
}

void check(const Order& order, const profile::Profile& profile, const std::string& where) {
  const auto judge = [&](const std::string& field, const Fault& fault) {
    if (fault) throw Error(Code::order_invalid, where + ", field " + field + ' ' + *fault);
  };
  judge("order", unless(is_order_id(order.id), "is not 1 to 64 of A-Z a-z 0-9 . _ -; choose another"));
  if (const auto told = field_told_by_id(order, profile))
    judge("order", "repeats something of " + *told + "; choose an id that tells nothing of the holder");
  judge("profile", unless(order.profile == profile.name,
                          "is not the one that the order is checked against; use the order's own"));
  for (const auto& [name, value] : order.fields)
    if (profile.field(name) == nullptr)
      judge("order", "has a field that the profile does not know; leave it out");

  // First each by itself, then with each other: what is compared has to be well-formed.
  for (const Field& field : profile.holder) {
    if (field.type == FieldType::portrait) continue;
    const std::string value = value_of(order, field.name);
    if (!value.empty()) judge(field.name, value_fault(field, value));
  }
  for (const Field& field : profile.holder) {
    const bool given =
        field.type == FieldType::portrait ? !order.portrait.empty() : !value_of(order, field.name).empty();
    if (!given && !field.optional) judge(field.name, "is missing; fill it in");
  }
  for (const Field& field : profile.holder)
    if (const std::string value = value_of(order, field.name); !value.empty())
      judge(field.name, agreement_fault(order, profile, field, value));

  for (const Field& field : profile.holder) {
    if (field.type != FieldType::portrait || order.portrait.empty()) continue;
    try {
      identity::check_portrait(order.portrait, field.portrait);
    } catch (const Error& error) {
      throw Error(Code::portrait_invalid, where + ", field " + field.name + ": " + error.message());
    }
  }
}

}  // namespace perso::plan
