// Who may read what, and whether a reader can.
#include <algorithm>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

bool holds_field(const Element& element) {
  if (const auto* text = std::get_if<Element::Text>(&element.contents)) return text->value.field.has_value();
  const auto* items = std::get_if<std::vector<Element>>(&element.contents);
  return items != nullptr && std::ranges::any_of(*items, holds_field);
}

/// Whether the contents tell something of the holder.
bool holds_data_of_holder(const Content& content) {
  if (const auto* record = std::get_if<Record>(&content))
    return std::ranges::any_of(record->fields,
                               [](const RecordField& field) { return field.value.field.has_value(); });
  if (const auto* tree = std::get_if<Template>(&content)) return holds_field(tree->root);
  return std::holds_alternative<Mrz>(content) || std::holds_alternative<Face>(content) ||
         std::holds_alternative<Image>(content);
}

/// Whether the contents tell one card from another, and so follow its holder about.
bool tells_cards_apart(const Content& content) {
  return std::holds_alternative<Sod>(content) || std::holds_alternative<ChipPublicKey>(content) ||
         std::holds_alternative<SecurityOptions>(content) || std::holds_alternative<Cms>(content);
}

/// Why the file needs a reason to be open to everybody; empty where it needs none.
std::string_view concern_about(const File& file, const Chip& chip) {
  if (file.read != Access::always) return "";
  if (holds_data_of_holder(file.content)) return "everybody may read this file of the holder's";
  if (chip.access && tells_cards_apart(file.content))
    return "the chip opens to who has the card, and everybody may read this file, by which cards are told "
           "apart";
  return "";
}

/// @param unclear whether it is, because of a fault, of one of its files
void check_open(const Application& application, const Chip& chip, bool unclear, Faults& faults) {
  bool needed = unclear;
  for (const File& file : application.files) {
    const std::string_view concern = concern_about(file, chip);
    if (concern.empty()) continue;
    needed = true;
    if (!application.open_to_all)
      faults.add(file.place,
                 std::string(concern) +
                     "; restrict read, or say in the application why it is open (open_to_all: \"...\")");
  }
  if (application.open_to_all && !needed)
    faults.add(application.place,
               "no file of the holder's is open to everybody in this application; leave open_to_all out");
}

/// A reader derives the keys from what it reads on the card: the machine readable zone.
void check_printed(const AccessControl::Printed& printed, const Mrz& mrz, const File& file, Faults& faults) {
  if (printed.number.empty()) return;  // has been told
  if (printed.number != mrz.number || printed.born != mrz.born || printed.expires != mrz.expires)
    faults.add(file.place,
               "the chip opens by other fields than this machine readable zone has for number, born and "
               "expires; make them the same as under access:");
}

}  // namespace

void check_access(const Reading& reading) {
  const Profile& profile = reading.profile;
  for (std::size_t i = 0; i < profile.applications.size(); ++i) {
    const Application& application = profile.applications[i];
    check_open(application, profile.chip,
               std::ranges::find(reading.unclear, i, &FileRef::application) != reading.unclear.end(),
               reading.faults);
    for (const File& file : application.files) {
      const auto* mrz = std::get_if<Mrz>(&file.content);
      if (mrz != nullptr && profile.chip.access && profile.chip.access->printed)
        check_printed(*profile.chip.access->printed, *mrz, file, reading.faults);
    }
  }
}

}  // namespace perso::profile
