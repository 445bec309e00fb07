// The fixed-width text record.
#include <algorithm>

#include "identity/text.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t unit_bytes = 2;  // UTF-16
constexpr std::size_t most_bytes = 65535;

constexpr std::array<Choice<Spelling>, 5> spellings{{
    {"plain", Spelling::plain},
    {"gb-2261", Spelling::gb_2261},
    {"yyyymmdd", Spelling::yyyymmdd},
    {"alpha-3", Spelling::alpha_3},
    {"association", Spelling::association},
}};

/// Which spellings a field's type has.
constexpr std::array<Choice<std::pair<FieldType, Spelling>>, 9> spellings_of_types{{
    {"plain", {FieldType::latin_name, Spelling::plain}},
    {"plain", {FieldType::chinese_name, Spelling::plain}},
    {"plain", {FieldType::prc_number_18, Spelling::plain}},
    {"plain", {FieldType::prc_number_15, Spelling::plain}},
    {"association", {FieldType::prc_number_15, Spelling::association}},
    {"plain", {FieldType::count, Spelling::plain}},
    {"gb-2261", {FieldType::sex, Spelling::gb_2261}},
    {"yyyymmdd", {FieldType::date, Spelling::yyyymmdd}},
    {"alpha-3", {FieldType::country, Spelling::alpha_3}},
}};

/// The most UTF-16 units that a value takes in this spelling.
std::size_t units_of(const Field& field, Spelling as) {
  switch (field.type) {
    case FieldType::latin_name:
    case FieldType::chinese_name:
      return field.max_characters;
    case FieldType::sex:
      return 1;
    case FieldType::date:
      return 8;
    case FieldType::country:
      return 3;
    case FieldType::prc_number_18:
      return 18;
    case FieldType::prc_number_15:
      return as == Spelling::association ? 3 : 15;
    case FieldType::count:
      return field.digits;
    case FieldType::portrait:
      return 0;
  }
  return 0;
}

/// Notes a spelling that the field's type does not have.
void check_spelling(const Node& node, const Profile& profile, const Field& source, Spelling as) {
  std::string names;
  for (const auto& [name, pair] : spellings_of_types) {
    if (pair.first != source.type) continue;
    if (pair.second == as) {
      const bool one_country = std::ranges::count_if(profile.holder, [](const Field& field) {
                                 return field.type == FieldType::country && !field.optional;
                               }) == 1;
      if (as == Spelling::association && !one_country)
        node.fault(
            "an association item needs the holder's nationality; have exactly one mandatory field of type "
            "country");
      return;
    }
    names += (names.empty() ? "as: " : " or as: ") + std::string(name);
  }
  node.fault(
      "a field of type " + std::string(name_of(source.type)) +
      (names.empty() ? " cannot stand in a text record; leave it out" : " is not written so; add " + names));
}

/// [1, 35]
std::pair<std::size_t, std::size_t> read_part(const Node& node, const Field& source) {
  if (source.type != FieldType::latin_name)
    node.fault("only a Latin name is written in parts; leave part out");
  const std::vector<Node> bounds = node.items();
  if (bounds.size() != 2) {
    node.fault("a part is its first and its last character; write for instance [1, 35]");
    return {1, 1};
  }
  const std::size_t most = units_of(source, Spelling::plain);
  const std::size_t from = bounds[0].number(1, most);
  return {from, bounds[1].number(from, most)};
}

/// A field whose value is a holder's: {at: 36, bytes: 16, value: birth_date, as: yyyymmdd}
void read_source(const Reading& reading, Node& node, const Node& value, RecordField& field) {
  field.value = value.text();
  if (const Node as = node.find("as")) field.as = as.choice(spellings).value_or(Spelling::plain);
  const Node part = node.find("part");
  const Field* source = reading.profile.field(*field.value);
  if (source == nullptr) {
    if (!reading.holder.contains(*field.value))
      value.fault("the holder has no field \"" + *field.value + "\"; name one of its fields");
    return;
  }
  check_spelling(value, reading.profile, *source, field.as);
  if (part) field.part = read_part(part, *source);
  const std::size_t units =
      field.part ? field.part->second - field.part->first + 1 : units_of(*source, field.as);
  if (units * unit_bytes > field.bytes)
    value.fault("the value takes up to " + std::to_string(units * unit_bytes) + " bytes and has room for " +
                std::to_string(field.bytes) + "; give it more bytes" +
                (source->type == FieldType::latin_name ? " or write it in parts" : ""));
}

RecordField read_field(const Reading& reading, Node node) {
  RecordField field;
  field.place = node.place();
  field.at = node.take("at").number(0, most_bytes);
  const Node bytes = node.take("bytes");
  field.bytes = bytes.number(unit_bytes, most_bytes);
  if (field.bytes % unit_bytes != 0)
    bytes.fault("a UTF-16 character takes 2 bytes; give an even number of bytes");
  const Node reserved = node.find("reserved");
  const Node value = node.find("value");
  if (reserved && !reserved.flag()) reserved.fault("reserved is true or not there; leave it out");
  if (reserved.scalar() == value.scalar()) {
    node.fault("a field of a record has either a value or reserved: true; keep one");
  } else if (value && value.quoted()) {
    field.literal = value.text();
    if (identity::utf16_units(*field.literal) * unit_bytes > field.bytes)
      value.fault("the text is longer than its " + std::to_string(field.bytes) + " bytes; give it more");
  } else if (value) {
    read_source(reading, node, value, field);
  }
  node.finish();
  return field;
}

/// Sorted by place in the record: no field overlaps another, leaves a hole or goes beyond the end.
void check_cover(const std::vector<RecordField>& fields, std::size_t size, const Node& node, Faults& faults) {
  std::size_t next = 0;
  for (const RecordField& field : fields) {
    if (field.at > next)
      faults.add(field.place, "bytes " + std::to_string(next) + " to " + std::to_string(field.at - 1) +
                                  " before this field belong to no field; close the hole or reserve it");
    if (field.at < next)
      faults.add(field.place, "the field begins at " + std::to_string(field.at) +
                                  ", inside the one before it, which ends at " + std::to_string(next - 1) +
                                  "; move one of them");
    next = std::max(next, field.at + field.bytes);
  }
  if (next < size)
    node.fault("bytes " + std::to_string(next) + " to " + std::to_string(size - 1) +
               " at the end belong to no field; reserve them");
  if (next > size && !fields.empty())
    faults.add(fields.back().place, "the fields end at " + std::to_string(next) +
                                        ", beyond the record's size of " + std::to_string(size) +
                                        "; correct one of the two");
}

/// The parts of a value, taken together, have each of its characters once.
void check_parts(const std::vector<RecordField>& fields, const Profile& profile, Faults& faults) {
  std::map<std::string, std::vector<const RecordField*>> parts;
  for (const RecordField& field : fields)
    if (field.part) parts[*field.value].push_back(&field);
  for (auto& [name, pieces] : parts) {
    std::ranges::sort(pieces, {}, [](const RecordField* piece) { return piece->part->first; });
    std::size_t next = 1;
    for (const RecordField* piece : pieces) {
      if (piece->part->first != next)
        faults.add(piece->place, "this part of " + name + " should begin with character " +
                                     std::to_string(next) + "; every character is written once");
      next = piece->part->second + 1;
    }
    if (const std::size_t most = profile.field(name)->max_characters; next != most + 1)
      faults.add(pieces.back()->place, "the parts of " + name + " end with character " +
                                           std::to_string(next - 1) + ", a value may have " +
                                           std::to_string(most) + "; write the rest");
  }
}

}  // namespace

Record read_record(const Reading& reading, Node node) {
  const std::size_t faults_before = reading.faults.count();
  Record record;
  const Node text = node.take("text");
  if (const std::string given = text.text(); !given.empty() && given != "utf-16le")
    text.fault("\"" + given + "\" is not known here; use utf-16le");
  record.size = node.take("size").number(unit_bytes, most_bytes);
  const Node fields = node.take("fields");
  for (const Node& item : fields.items()) record.fields.push_back(read_field(reading, item));
  node.finish();
  std::ranges::stable_sort(record.fields, {}, &RecordField::at);
  if (reading.faults.count() != faults_before) return record;  // whether they fit together cannot be said yet
  check_cover(record.fields, record.size, fields, reading.faults);
  check_parts(record.fields, reading.profile, reading.faults);
  return record;
}

}  // namespace perso::profile
