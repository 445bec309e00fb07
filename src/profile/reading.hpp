// The parts of the profile's reader, one function a construct, and what they share.
#pragma once

#include <set>

#include "profile/words.hpp"

namespace perso::profile {

using yaml::Faults;
using yaml::Node;

/// What a key of the chip is for: active authentication, or chip authentication.
enum class KeyUse { signing, agreement };
KeyUse use_of(const ChipKey& key);

/// A profile while it is read. The parts are read in this order: holder, card, chip, applications, so that
/// each can refer to those before.
struct Reading {
  /// What a reference has to know of a holder's field. Without a type where the type was a fault, so that a
  /// reference to it is not a second one.
  struct Declared {
    std::optional<FieldType> type;
    bool optional = false;
  };

  Profile& profile;
  Faults& faults;
  std::map<std::string, Declared, std::less<>> holder = {};
  std::set<std::string, std::less<>> used_fields = {}, used_keys = {};  // what something refers to
  std::map<std::string, Place, std::less<>> key_places = {};            // of the chip's keys
  Place memory = {}, access = {}, chip_authentication = {};             // where the chip's settings stand
  Place number = {};                                                    // where the card's number is named
  std::vector<Place> pace = {};                                         // of AccessControl::pace, one each
  /// Whether, because of a fault, it is not clear how the chip opens or proves itself.
  bool protection_unclear = false;
  /// Files of which it is not clear what they hold or who may read them, because of a fault.
  std::set<FileRef> unclear = {};

  /// The name of a holder field of one of these types that every order fills in.
  std::string field(const Node& node, std::initializer_list<FieldType> types);
  /// The name of a key of the chip for this use.
  std::string key(const Node& node, KeyUse use);
};

void read_holder(Reading& reading, const Node& node);
/// The settings that a field of its type has; its name, type and place are there.
void read_settings(Reading& reading, Node& node, Field& field);
void read_card(Reading& reading, Node node);
void read_chip(Reading& reading, Node node);
/// How the chip opens to readers.
void read_access_control(Reading& reading, Node node);
void read_chip_authentication(Reading& reading, Node node);
void read_applications(Reading& reading, const Node& node);

/// What a file holds. Files may refer to any other, so all of them have been named before.
/// @param application in which the file stands, by its place in the profile
/// nullopt for a kind that is not known; faults inside a kind leave defaults.
std::optional<Content> read_content(Reading& reading, const Node& node, std::size_t application);

Mrz read_mrz(Reading& reading, Node node);
Record read_record(Reading& reading, Node node);
Template read_template(Reading& reading, Node node);

/// Where a value stands, which says what forms it may have there.
enum class Within { record, element };
/// A holder's field, or text in quotes; `as` and `part` are keys beside it, in `beside`.
Value read_value(Reading& reading, Node& beside, const Node& value, Within within, Encoding encoding);
/// The most bytes that a good value takes.
std::size_t most_bytes(const Profile& profile, const Value& value, Encoding encoding);
/// The most characters of a field's value in this spelling, in UTF-16 units.
std::size_t most_characters(const Field& field, Spelling as);
/// Whether every character of `text` is in the set, or one of A-Z and 0-9.
bool alphanumeric_or(std::string_view text, std::string_view others);
/// The most bytes that the contents of a file may take.
std::size_t room_for(const File& file, const Application& application, const Profile& profile);
/// Whether a reader could get at the file, of whichever access.
inline bool is_readable(const File& file) {
  return file.read != Access::never;
}

/// The first file of these contents, or nullptr.
template <typename Kind>
const File* file_with(const Application& application) {
  const auto found = std::ranges::find_if(
      application.files, [](const File& file) { return std::holds_alternative<Kind>(file.content); });
  return found == application.files.end() ? nullptr : &*found;
}
template <typename Kind>
const File* file_with(const Profile& profile) {
  for (const Application& application : profile.applications)
    if (const File* file = file_with<Kind>(application)) return file;
  return nullptr;
}

/// What stands in the place of an application identifier that is a fault.
inline iso7816::Aid unknown_aid() {
  return iso7816::Aid(Bytes(5));
}

// What concerns more than one construct. Each notes what it finds.

/// Identifiers that stand twice or are reserved, data groups and their signature.
void check_applications(const Reading& reading);
/// Files that everybody may read, and files that a reader could not open.
void check_access(const Reading& reading);
/// Whether the files announce and prove what the chip does to open and to prove itself.
void check_protection(const Reading& reading);
/// Whether a card of this profile can be inspected once nothing can be mended any more: its number read back,
/// and every file read that its proofs need.
void check_inspection(const Reading& reading);
/// Files and chip against the platform's limits and the chip's memory.
void check_room(const Reading& reading);
/// Files that wait for each other, and dates that would each have to be before the other.
void check_cycles(const Profile& profile, Faults& faults);
/// Holder fields and keys that nothing refers to.
void check_unused(const Reading& reading);

}  // namespace perso::profile
