// Whether an inspection can judge the card once it is locked: all of this would show on every card of the
// edition, when nothing can be mended any more.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// The number as it is, and all of it.
bool is_number(const Value& value, const std::string& number) {
  return value.field == number && value.as == Spelling::plain && !value.part;
}

bool has_number(const Element& element, const std::string& number) {
  if (const auto* text = std::get_if<Element::Text>(&element.contents)) return is_number(text->value, number);
  const auto* items = std::get_if<std::vector<Element>>(&element.contents);
  return items != nullptr &&
         std::ranges::any_of(*items, [&](const Element& item) { return has_number(item, number); });
}

bool has_number(const Content& content, const std::string& number) {
  if (const auto* mrz = std::get_if<Mrz>(&content)) return mrz->number == number;
  if (const auto* record = std::get_if<Record>(&content))
    return std::ranges::any_of(record->fields,
                               [&](const RecordField& field) { return is_number(field.value, number); });
  const auto* tree = std::get_if<Template>(&content);
  return tree != nullptr && has_number(tree->root, number);
}

/// Why an inspection has to read a file of these contents; empty where it need not.
std::string_view reason_to_read(const Content& content, const Profile& profile) {
  if (std::holds_alternative<Com>(content)) return "EF.COM says what is on the chip";
  if (std::holds_alternative<Mrz>(content)) return "EF.DG1 has the card's number";
  if (std::holds_alternative<Sod>(content)) return "EF.SOD proves what is on the chip";
  if (std::holds_alternative<ChipPublicKey>(content)) return "a public key is there to be read";
  if (std::holds_alternative<SecurityOptions>(content)) return "EF.DG14 says how the chip proves itself";
  if (std::holds_alternative<Cms>(content)) return "a signature is there to be read";
  if (std::holds_alternative<Record>(content) && has_number(content, profile.number))
    return "the card's number is read back from this record";
  const bool portrait = std::holds_alternative<Face>(content) || std::holds_alternative<Image>(content);
  if (portrait && file_with<Face>(profile) != nullptr && file_with<Image>(profile) != nullptr)
    return "the portrait in EF.DG2 is compared with its copy";
  return "";
}

void tell_unreadable(const File& file, std::string_view reason, Faults& faults) {
  if (!is_readable(file))
    faults.add(file.place,
               std::string(reason) + ", and nobody may read this file; let read be another than never");
}

void check_readable(const Reading& reading, const FileRef& ref) {
  const Profile& profile = reading.profile;
  const File& file = profile.at(ref);
  if (const std::string_view reason = reason_to_read(file.content, profile); !reason.empty())
    tell_unreadable(file, reason, reading.faults);
  const auto* cms = std::get_if<Cms>(&file.content);
  if (cms == nullptr) return;
  for (const FileRef& over : cms->over)
    if (!reading.unclear.contains(over) && reason_to_read(profile.at(over).content, profile).empty())
      tell_unreadable(profile.at(over), "a signature is over it", reading.faults);
}

/// A number is read back without the padding around it.
void check_pad(const Record& record, const Field& number, Faults& faults) {
  const auto may_have = [&](char c) {
    return number.type == FieldType::text ? number.characters.find(c) != std::string::npos
                                          : alphanumeric_or(std::string(1, c), "");
  };
  if (!may_have(record.pad)) return;
  for (const RecordField& field : record.fields)
    if (is_number(field.value, number.name))
      faults.add(field.place, "the padding " + shown(std::string(1, record.pad)) +
                                  " may be part of the card's number, which is read back without it; choose "
                                  "another pad, or narrow the number's characters");
}

/// The number stands where it can be read back, and it is the one in the machine readable zone.
void check_number(const Reading& reading) {
  const Profile& profile = reading.profile;
  const Field* number = profile.field(profile.number);
  constexpr std::array types{FieldType::text, FieldType::prc_number_18, FieldType::prc_number_15};
  if (number == nullptr || std::ranges::find(types, number->type) == types.end()) return;  // has been told
  bool found = false;
  for (const Application& application : profile.applications)
    for (const File& file : application.files) {
      // Whether a record or a zone can be read is judged where they stand.
      found |= has_number(file.content, number->name) &&
               (is_readable(file) || !std::holds_alternative<Template>(file.content));
      if (const auto* record = std::get_if<Record>(&file.content))
        check_pad(*record, *number, reading.faults);
      const auto* mrz = std::get_if<Mrz>(&file.content);
      if (mrz != nullptr && !mrz->number.empty() && mrz->number != number->name)
        reading.faults.add(file.place, "the machine readable zone has the field \"" + mrz->number +
                                           "\" for its number, and the card goes by \"" + number->name +
                                           "\"; make them the same");
      found |= mrz != nullptr;  // with another number: has been told
    }
  if (!found && reading.unclear.empty())
    reading.faults.add(
        reading.number,
        "the card's number stands in no file that can be read; write it whole and plain into a "
        "record, a template or a machine readable zone that is not read: never");
}

}  // namespace

void check_inspection(const Reading& reading) {
  const auto& applications = reading.profile.applications;
  check_number(reading);
  for (std::size_t i = 0; i < applications.size(); ++i)
    for (std::size_t j = 0; j < applications[i].files.size(); ++j)
      if (!reading.unclear.contains({i, j})) check_readable(reading, {i, j});
}

}  // namespace perso::profile
