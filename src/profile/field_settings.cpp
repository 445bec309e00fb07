// What a holder's field may have, by its type.
#include <algorithm>
#include <charconv>

#include "identity/country.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// "under 18"; nullopt for anything else.
std::optional<int> age_of(std::string_view condition) {
  constexpr std::string_view under = "under ";
  if (!condition.starts_with(under)) return std::nullopt;
  condition.remove_prefix(under.size());
  int age = 0;
  const char* const end = condition.data() + condition.size();
  const bool whole = std::from_chars(condition.data(), end, age).ptr == end;
  return whole && age > 0 ? std::optional(age) : std::nullopt;
}

/// {under 18: 5, otherwise: 10}
ValidityByAge read_years(const Node& node) {
  ValidityByAge validity;
  for (const auto& [key, value] : node.entries()) {
    const std::string condition = key.text();
    const int years = static_cast<int>(value.number(1, 50));
    if (condition == "otherwise") {
      validity.years_otherwise = years;
    } else if (const auto age = age_of(condition); age && validity.age == 0) {
      validity.age = *age;
      validity.years_under = years;
    } else {
      key.fault("years are given by age; write {under AGE: YEARS, otherwise: YEARS}");
      return validity;
    }
  }
  if (validity.years_otherwise == 0 || validity.age == 0)
    node.fault("years need both ages; write {under AGE: YEARS, otherwise: YEARS}");
  return validity;
}

/// Another date of the holder's.
std::string other_date(Reading& reading, const Node& node, const Field& field) {
  std::string name = reading.field(node, {FieldType::date});
  if (!name.empty() && name == field.name)
    node.fault("a date cannot be measured by itself; name another one");
  return name;
}

void read_date(Reading& reading, Node& node, Field& field) {
  if (const Node date = node.find("not_before")) field.not_before = other_date(reading, date, field);
  if (const Node date = node.find("not_after")) field.not_after = other_date(reading, date, field);
  const Node given = node.find("default");
  if (given) field.today = given.choice(std::array<Choice<bool>, 1>{{{"today", true}}}).value_or(false);
  const Node years = node.find("years");
  if (!years) return;
  if (given) given.fault("a date with years is computed where an order leaves it out; leave default out");
  field.validity = read_years(years);
  field.from = other_date(reading, node.take("from"), field);
  field.born = other_date(reading, node.take("born"), field);
  field.validity->ends = node.take("ends").choice(last_days).value_or(LastDay::same_day);
}

/// {XXA: "999"}
void read_countries(const Node& node, Field& field) {
  for (const auto& [key, value] : node.entries()) {
    const std::string code = key.text();
    const std::string digits = value.digits(3);
    if (identity::find_country(code) != nullptr)
      key.fault("ISO 3166-1 gives this country a number; leave it out");
    else if (!identity::is_nationality(code))
      key.fault(shown(code) + " is no nationality of ICAO 9303-3; write its three letters");
    if (!digits.empty() && identity::find_country(static_cast<std::uint16_t>(std::stoi(digits))) != nullptr)
      value.fault("\"" + digits + "\" is a country's of ISO 3166-1; choose another");
    field.numeric.emplace(code, digits);
  }
}

void read_number(Reading& reading, Node& node, Field& field) {
  if (const Node date = node.find("agrees_with")) field.agrees_with = reading.field(date, {FieldType::date});
  if (field.type != FieldType::prc_number_18) return;
  if (const Node countries = node.find("countries")) read_countries(countries, field);
}

/// "A-Z0-9<": single characters and ranges; a hyphen itself stands first or last.
std::string expand(const Node& node, std::string_view set) {
  std::string all;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const bool range = i + 2 < set.size() && set[i + 1] == '-';
    const char first = set[i], last = range ? set[i + 2] : set[i];
    if (range) i += 2;
    if (first < ' ' || last > '~' || first > last) {
      node.fault(
          "characters are ASCII, single or as ranges from the lower to the higher; write for instance "
          "\"A-Z0-9\"");
      return "";
    }
    for (char c = first; c <= last; ++c) all += c;
  }
  std::ranges::sort(all);
  if (std::ranges::adjacent_find(all) != all.end())
    node.fault("a character stands in this set twice; keep it once");
  return all;
}

void read_text(Node& node, Field& field) {
  const Node characters = node.take("characters");
  field.characters = expand(characters, characters.quoted_text());
  const Node least = node.find("min");
  field.min_characters = least ? least.number(1, 255) : 1;
  field.max_characters = node.take("max").number(field.min_characters, 255);
}

void read_source(Node node, identity::PortraitRules& rules) {
  if (const Node bytes = node.find("max_bytes")) rules.max_source_bytes = bytes.number(1, 16 * 1024 * 1024);
  if (const Node side = node.find("max_side")) {
    rules.max_source_side = static_cast<int>(side.number(16, 16384));
    if (rules.max_source_side < std::max(rules.width, rules.height))
      side.fault("a source of this size is smaller than the portrait on the chip; allow a larger one");
  }
  if (const Node dpi = node.find("least_dpi"))
    rules.least_dots_per_inch = static_cast<int>(dpi.number(1, 4800));
  if (const Node percent = node.find("aspect_tolerance"))
    rules.aspect_tolerance_percent = static_cast<int>(percent.number(0, 50));
  node.finish();
}

/// What a face takes at the least quality that portraits are prepared in: headers, and an even share a pixel
/// (a JPEG of 358 by 441 pixels some 8,000 bytes; JPEG 2000 can do with less).
std::size_t least_bytes(const identity::PortraitRules& rules) {
  const std::size_t pixels_a_byte = rules.format == identity::PictureFormat::jpeg ? 16 : 50;
  return 1024 +
         static_cast<std::size_t>(rules.width) * static_cast<std::size_t>(rules.height) / pixels_a_byte;
}

void read_portrait(Node& node, identity::PortraitRules& rules) {
  rules.width = static_cast<int>(node.take("width").number(16, 4096));
  rules.height = static_cast<int>(node.take("height").number(16, 4096));
  const Node bytes = node.take("max_bytes");
  rules.max_bytes = bytes.number(1, 1024 * 1024);
  if (const Node format = node.find("format"))
    rules.format = format.choice(picture_formats).value_or(identity::PictureFormat::jpeg);
  if (rules.max_bytes != 0 && rules.max_bytes < least_bytes(rules))
    bytes.fault("a portrait of this size may take " + std::to_string(least_bytes(rules)) +
                " bytes at the least quality; give it so many at least");
  if (const Node colour = node.find("colour")) rules.grey = colour.choice(colours).value_or(false);
  if (const Node source = node.find("source")) read_source(source, rules);
}

}  // namespace

void read_settings(Reading& reading, Node& node, Field& field) {
  switch (field.type) {
    case FieldType::latin_name:
    case FieldType::chinese_name:
      field.max_characters = node.take("max").number(1, 255);
      break;
    case FieldType::sex:
    case FieldType::country:
      break;
    case FieldType::date:
      read_date(reading, node, field);
      break;
    case FieldType::prc_number_18:
    case FieldType::prc_number_15:
      read_number(reading, node, field);
      break;
    case FieldType::count:
      field.digits = node.take("digits").number(1, 4);
      field.first = node.take("first").digits(field.digits);
      break;
    case FieldType::portrait:
      read_portrait(node, field.portrait);
      break;
    case FieldType::text:
      read_text(node, field);
      break;
    case FieldType::access_number:
      field.digits = node.take("digits").number(6, 16);
      break;
  }
}

}  // namespace perso::profile
