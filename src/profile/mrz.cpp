// The machine readable zone of EF.DG1.
#include <algorithm>

#include "identity/country.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// What a form has room for (ICAO 9303-4, -5, -6).
struct Room {
  std::string_view codes;  // first letters of its document codes
  std::size_t number;      // characters, where the optional data takes the rest of a long one
  std::size_t optional_1, optional_2;
};

constexpr std::size_t number_places = 9;

constexpr Room room_of(Mrz::Form form) {
  switch (form) {
    case Mrz::Form::td1:
      return {.codes = "A C I", .number = 22, .optional_1 = 15, .optional_2 = 11};
    case Mrz::Form::td2:
      return {.codes = "A C I", .number = 14, .optional_1 = 7, .optional_2 = 0};
    case Mrz::Form::td3:
      return {.codes = "P", .number = 9, .optional_1 = 14, .optional_2 = 0};
  }
  return {};
}

/// A literal of `least` to `most` capital letters, in quotes.
std::string capitals(const Node& node, std::size_t least, std::size_t most) {
  const std::string text = node.quoted_text();
  const bool good = text.size() >= least && text.size() <= most &&
                    std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!text.empty() && !good)
    node.fault(shown(text) + " is not " + std::to_string(least) + " to " + std::to_string(most) +
               " letters A-Z; correct it");
  return good ? text : "";
}

/// A code of ICAO 9303-3 clause 5 as the zone spells it; the specimen's too.
std::string read_issuer(const Node& node) {
  const std::string code = capitals(node, 1, 3);
  if (code.empty()) return code;
  if (const std::string_view spelt = identity::icao_code(code); spelt != code)
    node.fault(shown(code) + " stands otherwise in a machine readable zone; write " + shown(spelt));
  else if (identity::find_country(identity::alpha_3_of(code)) == nullptr &&
           identity::find_icao_code(code) == nullptr)
    node.fault(shown(code) + " is no issuer of ICAO 9303-3; write its code");
  return code;
}

std::size_t read_number(Reading& reading, const Node& node, const Room& room, Mrz& mrz) {
  mrz.number = reading.field(node, {FieldType::prc_number_18, FieldType::prc_number_15, FieldType::text});
  const Field* field = reading.profile.field(mrz.number);
  if (field == nullptr) return 0;
  const std::size_t most = most_characters(*field, Spelling::plain);
  if (field->type == FieldType::text && !alphanumeric_or(field->characters, ""))
    node.fault("a document number is of A-Z and 0-9, and \"" + field->name +
               "\" may have other characters; narrow its characters");
  if (most > room.number)
    node.fault("a number of " + std::to_string(most) +
               " characters does not fit into this zone, which takes " + std::to_string(room.number) +
               "; choose another form or a shorter number");
  return most;
}

/// A text, count or number of the holder's, or text in quotes.
Value read_optional(Reading& reading, const Node& node, std::size_t room) {
  Value value;
  bool good = true;
  if (node.quoted()) {
    value.literal = node.text();
    good = alphanumeric_or(*value.literal, "<");
  } else {
    value.field = node.text();
    reading.used_fields.insert(*value.field);
    const Field* field = reading.profile.field(*value.field);
    if (field == nullptr && !value.field->empty() && !reading.holder.contains(*value.field))
      node.fault("the holder has no field " + shown(*value.field) +
                 "; name one of its fields, or put text in quotes");
    if (field == nullptr) return value;
    const bool fits = field->type == FieldType::text || field->type == FieldType::count ||
                      field->type == FieldType::prc_number_15 || field->type == FieldType::prc_number_18;
    good = fits && alphanumeric_or(field->characters, "<");
  }
  if (!good) {
    node.fault("optional data is of A-Z, 0-9 and <; name a text, count or number of these, or quote it");
    return value;
  }
  if (const std::size_t most = most_bytes(reading.profile, value, Encoding::ascii); most > room)
    node.fault("the optional data may take " + std::to_string(most) + " characters and has room for " +
               std::to_string(room) + " beside this number; leave it out or make it shorter");
  return value;
}

}  // namespace

Mrz read_mrz(Reading& reading, Node node) {
  Mrz mrz;
  mrz.form = node.take("form").choice(mrz_forms).value_or(Mrz::Form::td1);
  const Room room = room_of(mrz.form);
  const Node code = node.take("code");
  mrz.document_code = capitals(code, 1, 2);
  if (!mrz.document_code.empty() && room.codes.find(mrz.document_code.front()) == std::string_view::npos)
    code.fault("a document code of this form begins with one of " + std::string(room.codes) + "; correct it");
  if (mrz.document_code.ends_with('V')) code.fault("V in second place is for visas; choose another letter");
  mrz.issuer = read_issuer(node.take("issuer"));
  const std::size_t number = read_number(reading, node.take("number"), room, mrz);
  mrz.born = reading.field(node.take("born"), {FieldType::date});
  mrz.sex = reading.field(node.take("sex"), {FieldType::sex});
  mrz.expires = reading.field(node.take("expires"), {FieldType::date});
  mrz.nationality = reading.field(node.take("nationality"), {FieldType::country});
  mrz.name = reading.field(node.take("name"), {FieldType::latin_name});
  // A long number takes its rest, its check digit and a filler of the optional data.
  const std::size_t taken = number > number_places ? number - number_places + 2 : 0;
  if (const Node optional = node.find("optional_1"))
    mrz.optional_1 = read_optional(reading, optional, room.optional_1 - std::min(taken, room.optional_1));
  if (const Node optional = node.find("optional_2")) {
    if (room.optional_2 == 0)
      optional.fault("only td1 has second optional data; leave it out");
    else
      mrz.optional_2 = read_optional(reading, optional, room.optional_2);
  }
  node.finish();
  return mrz;
}

}  // namespace perso::profile
