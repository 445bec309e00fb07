// A holder's value, or text in quotes, as it stands in a record or a template.
#include <algorithm>

#include "identity/text.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// "as: yyyymmdd or as: yymmdd": what a type may be written as here.
std::string spellings_of(FieldType type, Within within) {
  std::string names;
  for (const SpellingRule& rule : spelling_rules())
    if (rule.type == type && (within == Within::element || !rule.template_only))
      names += (names.empty() ? "as: " : " or as: ") + name_of(rule.as, spellings);
  return names;
}

/// How the field is written: as `as` says, or in its one natural form.
Spelling read_spelling(const Field& source, const Node& value, const Node& as, Within within) {
  const auto given = as ? as.choice(spellings) : std::nullopt;
  const std::string known = spellings_of(source.type, within);
  if (known.empty()) {
    value.fault("a field of type " + name_of(source.type) + " cannot stand in text; leave it out");
    return Spelling::plain;
  }
  for (const SpellingRule& rule : spelling_rules()) {
    if (rule.type != source.type || (within == Within::record && rule.template_only)) continue;
    if (given ? rule.as == *given : rule.implied) return rule.as;
  }
  if (!as)
    value.fault("a field of type " + name_of(source.type) + " is written in several ways; add " + known);
  else if (given)
    as.fault("a field of type " + name_of(source.type) + " is not written so here; write " + known);
  return Spelling::plain;
}

/// The item is cut out of the previous number with the help of the new one and of the nationality.
void check_association(Reading& reading, const Node& as) {
  const Profile& profile = reading.profile;
  const auto is_nationality = [](const Field& field) {
    return field.type == FieldType::country && !field.optional;
  };
  if (std::ranges::count_if(profile.holder, is_nationality) != 1)
    as.fault(
        "an association item needs the holder's nationality; have exactly one mandatory field of type "
        "country");
  for (const Field& field : profile.holder)
    if (is_nationality(field)) reading.used_fields.insert(field.name);
  const Field* number = profile.field(profile.number);
  if (number != nullptr && number->type != FieldType::prc_number_18)
    as.fault("an association item belongs to a card with a number of type prc-number-18; leave it out");
}

/// [1, 35]
std::pair<std::size_t, std::size_t> read_part(const Node& node, const Field& source, Spelling as) {
  const bool whole_characters = source.type == FieldType::latin_name || source.type == FieldType::text;
  if (!whole_characters || as != Spelling::plain)
    node.fault("only a plain Latin name or text is written in parts; leave part out");
  const std::vector<Node> bounds = node.items();
  if (bounds.size() != 2) {
    node.fault("a part is its first and its last character; write for instance [1, 35]");
    return {1, 1};
  }
  const std::size_t most = std::max<std::size_t>(most_characters(source, as), 1);
  const std::size_t from = bounds[0].number(1, most);
  return {from, bounds[1].number(from, most)};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void read_literal(const Node& value, const Node& as, const Node& part, Value& out, Encoding encoding) {
  as.fault("text in quotes stands as it is; leave as out");
  part.fault("text in quotes stands whole; leave part out");
  const std::string text = value.text();
  if (encoding == Encoding::ascii && !is_ascii(text))
    value.fault("the text has characters that ASCII lacks; choose another encoding");
  out.literal = text;
}

void read_source(Reading& reading, const Node& value, const Node& as, const Node& part, Within within,
                 Value& out, Encoding encoding) {
  const std::string name = value.text();
  out.field = name;
  reading.used_fields.insert(name);
  const Field* source = reading.profile.field(name);
  if (source == nullptr) {
    if (!name.empty() && !reading.holder.contains(name))
      value.fault("the holder has no field " + shown(name) +
                  "; name one of its fields, or put text in quotes");
    return;
  }
  out.as = read_spelling(*source, value, as, within);
  if (out.as == Spelling::association) check_association(reading, as);
  if (source->type == FieldType::chinese_name && encoding == Encoding::ascii)
    value.fault("a Chinese name has characters that ASCII lacks; choose another encoding");
  if (part) out.part = read_part(part, *source, out.as);
}

}  // namespace

Value read_value(Reading& reading, Node& beside, const Node& value, Within within, Encoding encoding) {
  Value out;
  const Node as = beside.find("as");
  const Node part = beside.find("part");
  if (value.quoted())
    read_literal(value, as, part, out, encoding);
  else
    read_source(reading, value, as, part, within, out, encoding);
  return out;
}

std::size_t most_characters(const Field& field, Spelling as) {
  switch (field.type) {
    case FieldType::latin_name:  // `<<` in the place of a blank
      return as == Spelling::mrz_name ? field.max_characters + 1 : field.max_characters;
    case FieldType::chinese_name:
    case FieldType::text:
      return field.max_characters;
    case FieldType::sex:
      return 1;
    case FieldType::date:
      return as == Spelling::yymmdd ? 6 : as == Spelling::bcd ? 4 : 8;
    case FieldType::country:
      return 3;
    case FieldType::prc_number_18:
      return 18;
    case FieldType::prc_number_15:
      return as == Spelling::association ? 3 : 15;
    case FieldType::count:
    case FieldType::access_number:
      return field.digits;
    case FieldType::portrait:
      return 0;
  }
  return 0;
}

std::size_t most_bytes(const Profile& profile, const Value& value, Encoding encoding) {
  if (value.literal)
    return unit_size(encoding) == 2 ? 2 * identity::utf16_units(*value.literal) : value.literal->size();
  const Field* field = value.field ? profile.field(*value.field) : nullptr;
  if (field == nullptr) return 0;
  const std::size_t characters =
      value.part ? value.part->second - value.part->first + 1 : most_characters(*field, value.as);
  if (value.as == Spelling::bcd) return characters;
  if (field->type == FieldType::chinese_name && encoding == Encoding::utf_8)
    return 3 * characters;  // a unit of the basic plane; two units, a character beyond it, take four bytes
  return unit_size(encoding) * characters;
}

bool alphanumeric_or(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

}  // namespace perso::profile
