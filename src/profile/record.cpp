// The fixed-width record.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

constexpr std::size_t most_record_bytes = 65535;

/// " ": one unit of the encoding.
char read_pad(const Node& node) {
  if (!node) return ' ';
  const std::string text = node.quoted_text();
  if (text.size() == 1 && text[0] >= ' ' && text[0] <= '~') return text[0];
  if (!text.empty()) node.fault("padding is one ASCII character in quotes; write for instance \" \"");
  return ' ';
}

bool read_right(const Node& node) {
  if (!node) return false;
  return node.choice(std::array<Choice<bool>, 2>{{{"left", false}, {"right", true}}}).value_or(false);
}

void check_room_in_place(const Reading& reading, const Node& node, const RecordField& field,
                         Encoding encoding) {
  const std::size_t most = most_bytes(reading.profile, field.value, encoding);
  if (most <= field.bytes) return;
  const Field* source = field.value.field ? reading.profile.field(*field.value.field) : nullptr;
  const bool divisible =
      source != nullptr && (source->type == FieldType::latin_name || source->type == FieldType::text);
  node.fault("the value takes up to " + std::to_string(most) + " bytes and has room for " +
             std::to_string(field.bytes) + "; give it more bytes" +
             (divisible ? " or write it in parts" : ""));
}

/// A field, and what can be said of it beside others.
struct Draft {
  RecordField field;
  bool placed = false;  // it is clear where it stands
  bool spelt = false;   // and what stands in it
};

Draft read_field(Reading& reading, Node node, Encoding encoding) {
  const std::size_t unit = unit_size(encoding);
  const std::size_t faults_before = reading.faults.count();
  Draft draft;
  RecordField& field = draft.field;
  field.place = node.place();
  field.at = node.take("at").number(0, most_record_bytes);
  const Node bytes = node.take("bytes");
  field.bytes = bytes.number(unit, most_record_bytes);
  if (field.bytes % unit != 0) bytes.fault("a UTF-16 character takes 2 bytes; give an even number of bytes");
  draft.placed = reading.faults.count() == faults_before && bytes;
  const Node reserved = node.find("reserved");
  const Node value = node.find("value");
  const Node align = node.find("align");
  field.right = read_right(align);
  reserved.only_true("reserved");
  if (static_cast<bool>(reserved) == static_cast<bool>(value)) {
    node.fault("a field of a record has either a value or reserved: true; keep one");
  } else if (value) {
    field.value = read_value(reading, node, value, Within::record, encoding);
    check_room_in_place(reading, value, field, encoding);
  } else {
    align.fault("there is nothing to align in a reserved place; leave align out");
  }
  node.finish();
  draft.spelt = reading.faults.count() == faults_before;
  return draft;
}

/// Sorted by place in the record: no field overlaps another, leaves a hole or goes beyond the end.
void check_cover(const Record& record, const Node& node, Faults& faults) {
  std::size_t next = 0;
  for (const RecordField& field : record.fields) {
    if (field.at > next)
      faults.add(field.place, "bytes " + std::to_string(next) + " to " + std::to_string(field.at - 1) +
                                  " before this field belong to no field; close the hole or reserve it");
    if (field.at < next)
      faults.add(field.place, "the field begins at " + std::to_string(field.at) +
                                  ", inside the one before it, which ends at " + std::to_string(next - 1) +
                                  "; move one of them");
    next = std::max(next, field.at + field.bytes);
  }
  if (next < record.size)
    node.fault("bytes " + std::to_string(next) + " to " + std::to_string(record.size - 1) +
               " at the end belong to no field; reserve them");
  if (next > record.size && !record.fields.empty())
    faults.add(record.fields.back().place, "the fields end at " + std::to_string(next) +
                                               ", beyond the record's size of " +
                                               std::to_string(record.size) + "; correct one of the two");
}

/// The parts of a value, taken together, have each of its characters once.
void check_parts(const Record& record, const Profile& profile, Faults& faults) {
  std::map<std::string, std::vector<const RecordField*>> parts;
  for (const RecordField& field : record.fields)
    if (field.value.part) parts[*field.value.field].push_back(&field);
  for (auto& [name, pieces] : parts) {
    std::ranges::sort(pieces, {}, [](const RecordField* piece) { return piece->value.part->first; });
    std::size_t next = 1;
    for (const RecordField* piece : pieces) {
      if (piece->value.part->first != next)
        faults.add(piece->place, "this part of " + name + " should begin with character " +
                                     std::to_string(next) + "; every character is written once");
      next = piece->value.part->second + 1;
    }
    if (const std::size_t most = profile.field(name)->max_characters; next != most + 1)
      faults.add(pieces.back()->place, "the parts of " + name + " end with character " +
                                           std::to_string(next - 1) + ", a value may have " +
                                           std::to_string(most) + "; write the rest");
  }
}

}  // namespace

Record read_record(Reading& reading, Node node) {
  Record record;
  const auto text = node.take("text").choice(encodings);
  const Node size = node.take("size"), pad = node.find("pad"), fields = node.take("fields");
  if (!text) {
    node.finish();
    return record;  // without its encoding nothing can be said of what it holds
  }
  record.text = *text;
  const std::size_t faults_before = reading.faults.count();
  record.size = size.number(unit_size(record.text), most_record_bytes);
  bool placed = reading.faults.count() == faults_before && size, spelt = true;
  record.pad = read_pad(pad);
  for (const Node& item : fields.items()) {
    Draft draft = read_field(reading, item, record.text);
    placed &= draft.placed;
    spelt &= draft.spelt;
    record.fields.push_back(std::move(draft.field));
  }
  node.finish();
  std::ranges::stable_sort(record.fields, {}, &RecordField::at);
  if (placed && !record.fields.empty()) check_cover(record, fields, reading.faults);
  if (spelt) check_parts(record, reading.profile, reading.faults);
  return record;
}

}  // namespace perso::profile
