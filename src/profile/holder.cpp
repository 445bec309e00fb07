// The holder's fields, and which of them the card goes by.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_fields = 62;  // columns of a batch beside its own two

std::string types_text(std::initializer_list<FieldType> types) {
  std::string names;
  for (const FieldType type : types) names += (names.empty() ? "" : " or ") + name_of(type);
  return names;
}

/// At most one of a kind: an order carries one picture and one access number.
void check_single(Reading& reading, FieldType type) {
  const Field* first = nullptr;
  for (const Field& field : reading.profile.holder) {
    if (field.type != type) continue;
    if (first == nullptr) {
      first = &field;
      continue;
    }
    reading.faults.add(
        field.place, "\"" + first->name + "\" is of type " + name_of(type) + " already; keep one of the two");
    reading.used_fields.insert(field.name);  // that nothing uses it follows
  }
}

}  // namespace

std::string Reading::field(const Node& node, std::initializer_list<FieldType> wanted) {
  const std::string name = node.text();
  if (name.empty()) return "";
  const auto found = holder.find(name);
  if (found == holder.end()) {
    node.fault("the holder has no field " + shown(name) + "; name one of its fields");
    return name;
  }
  used_fields.insert(name);
  const auto& [type, optional] = found->second;
  if (type && std::ranges::find(wanted, *type) == wanted.end())
    node.fault("field \"" + name + "\" is of type " + name_of(*type) + "; a field of type " +
               types_text(wanted) + " belongs here");
  else if (optional)
    node.fault("field \"" + name + "\" is optional and needed here; make it mandatory");
  return name;
}

void read_holder(Reading& reading, const Node& node) {
  // Names and types come first: a field may refer to one that stands after it.
  std::vector<Node::Entry> entries = node.entries();
  if (entries.size() > most_fields) {
    entries[most_fields].key.fault("a holder has at most " + std::to_string(most_fields) +
                                   " fields; remove this one and those after it");
    entries.erase(entries.begin() + most_fields, entries.end());
  }
  std::vector<Node> settings;
  for (const auto& [key, value] : entries) {
    Node& setting = settings.emplace_back(value);
    if (setting.entries().empty()) {  // has been told
      reading.holder.emplace(key.name(), Reading::Declared{});
      continue;
    }
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
  check_single(reading, FieldType::portrait);
  check_single(reading, FieldType::access_number);
}

void read_card(Reading& reading, Node node) {
  Profile& profile = reading.profile;
  const Node number = node.take("number");
  reading.number = number.place();
  profile.number =
      reading.field(number, {FieldType::prc_number_18, FieldType::prc_number_15, FieldType::text});
  if (const Node count = node.find("replacements"))
    profile.replacements = reading.field(count, {FieldType::count});
  node.finish();
}

}  // namespace perso::profile
