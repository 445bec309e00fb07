// The parts of the profile's reader, one function a construct, and what they share.
#pragma once

#include <initializer_list>

#include "profile/profile.hpp"
#include "yaml/node.hpp"

namespace perso::profile {

using yaml::Choice;
using yaml::Faults;
using yaml::Node;

/// A profile while it is read. The parts are read in this order: holder, chip, applications, so that each can
/// refer to those before.
struct Reading {
  /// What a reference has to know of a holder's field. Without a type where the type was a fault, so that a
  /// reference to it is not a second one.
  struct Declared {
    std::optional<FieldType> type;
    bool optional = false;
  };

  Profile& profile;
  Faults& faults;
  std::map<std::string, Declared, std::less<>> holder;

  /// The name of a holder field of this type that every order fills in.
  std::string field(const Node& node, FieldType type) const;
};

/// As a profile writes it: "latin-name".
std::string_view name_of(FieldType type);

void read_holder(Reading& reading, const Node& node);
void read_chip(Reading& reading, Node node);
void read_applications(Reading& reading, const Node& node);
/// nullopt for a kind that is not known; faults inside a kind leave defaults.
std::optional<Content> read_content(const Reading& reading, const Node& node);
Record read_record(const Reading& reading, Node node);

/// What concerns more than one file: identifiers that stand twice or are reserved, data groups, room on the
/// chip.
void check_applications(const Profile& profile, Faults& faults);

}  // namespace perso::profile
