// The holder's fields.
#include <algorithm>
#include <charconv>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::array<Choice<FieldType>, 9> field_types{{
    {"latin-name", FieldType::latin_name},
    {"chinese-name", FieldType::chinese_name},
    {"sex", FieldType::sex},
    {"date", FieldType::date},
    {"country", FieldType::country},
    {"prc-number-18", FieldType::prc_number_18},
    {"prc-number-15", FieldType::prc_number_15},
    {"count", FieldType::count},
    {"portrait", FieldType::portrait},
}};

constexpr std::array<Choice<LastDay>, 2> last_days{{
    {"same-day", LastDay::same_day},
    {"day-before", LastDay::day_before},
}};

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

void read_validity(const Reading& reading, Node& node, Field& field) {
  const Node years = node.find("years");
  if (!years) return;
  field.validity = read_years(years);
  field.from = reading.field(node.take("from"), FieldType::date);
  field.born = reading.field(node.take("born"), FieldType::date);
  if (field.from == field.name || field.born == field.name)
    node.fault("a date cannot count from itself; name the issue date and the birth date");
  field.validity->ends = node.take("ends").choice(last_days).value_or(LastDay::same_day);
}

void read_count(Node& node, Field& field) {
  field.digits = node.take("digits").number(1, 4);
  field.first = node.take("first").digits(field.digits);
}

void read_settings(const Reading& reading, Node& node, Field& field) {
  switch (field.type) {
    case FieldType::latin_name:
    case FieldType::chinese_name:
      field.max_characters = node.take("max").number(1, 255);
      break;
    case FieldType::sex:
    case FieldType::country:
      break;
    case FieldType::date:
      read_validity(reading, node, field);
      break;
    case FieldType::prc_number_18:
    case FieldType::prc_number_15:
      if (const Node date = node.find("agrees_with"))
        field.agrees_with = reading.field(date, FieldType::date);
      break;
    case FieldType::count:
      read_count(node, field);
      break;
    case FieldType::portrait:
      field.portrait.width = static_cast<int>(node.take("width").number(16, 4096));
      field.portrait.height = static_cast<int>(node.take("height").number(16, 4096));
      field.portrait.max_bytes = node.take("max_bytes").number(1, 1024 * 1024);
      break;
  }
}

/// A card bears exactly one number, and at most one count, portrait and previous number: an order is looked
/// up by them.
void check_counts(const Profile& profile, const Node& node) {
  const auto count = [&](FieldType type) { return std::ranges::count(profile.holder, type, &Field::type); };
  const auto several = [&](FieldType type) {
    if (count(type) > 1)
      node.fault("the holder has more than one field of type " + std::string(name_of(type)) + "; keep one");
  };
  if (count(FieldType::prc_number_18) == 0)
    node.fault("the holder has no number; add one field of type prc-number-18");
  const auto number = std::ranges::find(profile.holder, FieldType::prc_number_18, &Field::type);
  if (number != profile.holder.end() && number->optional)
    node.fault("the number is optional; make it mandatory");
  several(FieldType::prc_number_18);
  several(FieldType::prc_number_15);
  several(FieldType::count);
  several(FieldType::portrait);
}

}  // namespace

std::string_view name_of(FieldType type) {
  return std::ranges::find(field_types, type, &Choice<FieldType>::value)->name;
}

std::string Reading::field(const Node& node, FieldType wanted) const {
  const std::string name = node.text();
  if (name.empty()) return "";
  const auto found = holder.find(name);
  if (found == holder.end()) {
    node.fault("the holder has no field \"" + name + "\"; name one of its fields");
    return name;
  }
  const auto& [type, optional] = found->second;
  if (type && *type != wanted)
    node.fault("field \"" + name + "\" is of type " + std::string(name_of(*type)) + "; a field of type " +
               std::string(name_of(wanted)) + " belongs here");
  else if (optional)
    node.fault("field \"" + name + "\" is optional and needed here; make it mandatory");
  return name;
}

void read_holder(Reading& reading, const Node& node) {
  // Names and types come first: a field may refer to one that stands after it.
  const std::vector<Node::Entry> entries = node.entries();
  std::vector<Node> settings;
  for (const auto& [key, value] : entries) {
    Node& setting = settings.emplace_back(value);
    if (key.text() == "order" || key.text() == "reason")
      key.fault("a batch has a column of its own by this name; choose another");
    const auto type = setting.take("type").choice(field_types);
    reading.holder.emplace(key.name(), Reading::Declared{type, setting.find("optional").flag()});
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Field field;
    field.name = entries[i].key.text();
    field.place = entries[i].key.place();
    const auto declared = reading.holder.find(field.name);
    if (declared == reading.holder.end() || !declared->second.type) continue;
    field.type = *declared->second.type;
    field.optional = declared->second.optional;
    read_settings(reading, settings[i], field);
    settings[i].finish();
    reading.profile.holder.push_back(std::move(field));
  }
  if (node &&
      std::ranges::all_of(reading.holder, [](const auto& entry) { return entry.second.type.has_value(); }))
    check_counts(reading.profile, node);
}

}  // namespace perso::profile
