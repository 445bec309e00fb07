// The fixed-width text record.
#include <algorithm>

#include "identity/name.hpp"
#include "identity/text.hpp"
#include "plan/encoders.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

/// A holder's value as the record spells it; empty where the order leaves it out.
std::string spell(const profile::RecordField& place, const profile::Profile& profile, const Order& order) {
  const std::string value = value_of(order, *place.value);
  if (value.empty()) return "";
  switch (place.as) {
    case profile::Spelling::gb_2261:
      return value == "M" ? "1" : "2";
    case profile::Spelling::yyyymmdd:
      return date_of(order, *place.value).yyyymmdd();
    case profile::Spelling::association:
      return association(order, profile, value);
    case profile::Spelling::alpha_3:
      return value;
    case profile::Spelling::plain:
      break;
  }
  if (profile.field(*place.value)->type != profile::FieldType::latin_name) return value;
  const std::string name = identity::record_form(identity::parse_latin_name(value));
  if (!place.part) return name;
  const auto [from, to] = *place.part;
  return from > name.size() ? "" : name.substr(from - 1, to - from + 1);
}

}  // namespace

Bytes encode_record(const profile::Record& record, const profile::Profile& profile, const Order& order) {
  Bytes out = identity::utf16le(std::string(record.size / 2, ' '));
  for (const profile::RecordField& place : record.fields) {
    const Bytes text =
        identity::utf16le(place.value ? spell(place, profile, order) : place.literal.value_or(""));
    // The profile gave every value its room, and the order was checked against it.
    const ByteView fitting = ByteView(text).first(std::min(text.size(), place.bytes));
    std::ranges::copy(fitting, out.begin() + static_cast<std::ptrdiff_t>(place.at));
  }
  return out;
}

}  // namespace perso::plan
