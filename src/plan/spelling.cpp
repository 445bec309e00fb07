#include "plan/spelling.hpp"

#include <algorithm>

#include "identity/country.hpp"
#include "identity/mrz.hpp"
#include "identity/name.hpp"
#include "identity/text.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

using profile::Spelling;

/// @param value what the order gives for `field`; not empty
std::string spell_field(const profile::Field& field, Spelling as, const std::string& value,
                        const profile::Profile& profile, const Order& order) {
  const auto name = [&] { return identity::parse_latin_name(value); };
  switch (as) {
    case Spelling::plain:
      return field.type == profile::FieldType::latin_name ? identity::record_form(name()) : value;
    case Spelling::gb_2261:
      return value == "M" ? "1" : "2";
    case Spelling::yyyymmdd:
    case Spelling::bcd:
      return date_of(order, field.name).yyyymmdd();
    case Spelling::yymmdd:
      return date_of(order, field.name).yymmdd();
    case Spelling::alpha_3:
      return value;
    case Spelling::icao:
      return std::string(identity::icao_code(value));
    case Spelling::numeric:
      return numeric_code(profile, value).value_or("");
    case Spelling::primary:
      return name().primary;
    case Spelling::secondary:
      return name().secondary;
    case Spelling::mrz_name:
      return identity::mrz_name(name());
    case Spelling::association:
      return association(order, profile, value);
  }
  std::abort();
}

/// Characters `from` to `to` of a text, from 1.
std::string part_of(const std::string& utf8, std::size_t from, std::size_t to) {
  const std::u32string text = identity::decode_utf8(utf8);
  return from > text.size() ? "" : identity::encode_utf8(text.substr(from - 1, to - from + 1));
}

}  // namespace

std::string spell(const profile::Value& value, const profile::Profile& profile, const Order& order) {
  std::string text = value.literal.value_or("");
  if (value.field) {
    const std::string given = value_of(order, *value.field);
    if (!given.empty()) text = spell_field(*profile.field(*value.field), value.as, given, profile, order);
  }
  return value.part ? part_of(text, value.part->first, value.part->second) : text;
}

}  // namespace perso::plan
