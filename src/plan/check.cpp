// Orders against their profile.
#include <algorithm>
#include <set>

#include "identity/country.hpp"
#include "identity/date.hpp"
#include "identity/name.hpp"
#include "identity/number.hpp"
#include "identity/text.hpp"
#include "plan/order.hpp"
#include "plan/spelling.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

using identity::Date;
using profile::Field;
using profile::FieldType;

/// What is wrong and how to mend it, to be read after the field's name; nullopt where nothing is.
using Complaint = std::optional<std::string>;

Complaint unless(bool good, const std::string& complaint) {
  return good ? std::nullopt : Complaint(complaint);
}

Complaint too_long(std::size_t length, std::size_t most) {
  return unless(length <= most, "has " + std::to_string(length) + " characters, and the card room for " +
                                    std::to_string(most) + "; shorten it");
}

Complaint about_latin_name(const std::string& name, std::size_t most) {
  if (const auto fault = identity::latin_name_fault(name)) return *fault + "; correct it";
  return too_long(identity::record_form(identity::parse_latin_name(name)).size(), most);
}

Complaint about_chinese_name(const std::string& name, std::size_t most) {
  if (const auto fault = identity::chinese_name_fault(name)) return *fault + "; correct it";
  return too_long(identity::utf16_units(name), most);
}

Complaint about_number(const std::optional<identity::NumberFault>& fault) {
  return fault ? Complaint(fault->text + "; correct it") : std::nullopt;
}

Complaint about_number_18(const Field& field, const std::string& number) {
  std::vector<std::uint16_t> further;
  for (const auto& [code, digits] : field.numeric)
    further.push_back(static_cast<std::uint16_t>(std::stoul(digits)));
  return about_number(identity::check_number_18(number, further));
}

Complaint about_digits(const std::string& text, std::size_t digits) {
  const bool good =
      text.size() == digits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return unless(good, "is not " + std::to_string(digits) + " digits; correct it");
}

Complaint about_text(const Field& field, const std::string& text) {
  const auto allowed = [&](char c) { return field.characters.find(c) != std::string::npos; };
  if (!std::ranges::all_of(text, allowed))
    return "has a character that the profile does not allow here; write only " + field.characters;
  if (text.size() < field.min_characters)
    return "has " + std::to_string(text.size()) + " characters, and " + std::to_string(field.min_characters) +
           " are the least; complete it";
  return too_long(text.size(), field.max_characters);
}

/// Whether a value is well-formed by itself.
Complaint about_value(const Field& field, const std::string& value) {
  switch (field.type) {
    case FieldType::latin_name:
      return about_latin_name(value, field.max_characters);
    case FieldType::chinese_name:
      return about_chinese_name(value, field.max_characters);
    case FieldType::sex:
      return unless(value == "M" || value == "F", "is neither M nor F; write one of these");
    case FieldType::date:
      return unless(Date::parse(value).has_value(), "is no day of the calendar; write YYYY-MM-DD");
    case FieldType::country:
      return unless(identity::is_nationality(value),
                    "is no country of ISO 3166-1 and no code of ICAO; write its three letters");
    case FieldType::prc_number_18:
      return about_number_18(field, value);
    case FieldType::prc_number_15:
      return about_number(identity::check_number_15(value));
    case FieldType::count:
    case FieldType::access_number:
      return about_digits(value, field.digits);
    case FieldType::text:
      return about_text(field, value);
    case FieldType::portrait:
      return "is a portrait and belongs into a file";
  }
  std::abort();
}

/// A field as one of its spellings.
struct Spelt {
  const std::string& field;
  profile::Spelling as;

  bool is(const profile::Value& value) const { return value.field == field && value.as == as; }
  bool in(const profile::Element& element) const {
    if (const auto* text = std::get_if<profile::Element::Text>(&element.contents)) return is(text->value);
    const auto* inner = std::get_if<std::vector<profile::Element>>(&element.contents);
    return inner != nullptr &&
           std::ranges::any_of(*inner, [&](const profile::Element& one) { return in(one); });
  }
  bool in(const profile::File& file) const {
    const auto one_of_two = [&](const std::optional<profile::Value>& value) { return value && is(*value); };
    if (const auto* tree = std::get_if<profile::Template>(&file.content)) return in(tree->root);
    if (const auto* zone = std::get_if<profile::Mrz>(&file.content))
      return one_of_two(zone->optional_1) || one_of_two(zone->optional_2);
    const auto* record = std::get_if<profile::Record>(&file.content);
    return record != nullptr && std::ranges::any_of(record->fields, [&](const profile::RecordField& place) {
             return is(place.value);
           });
  }
};

/// Whether a file of the card has this field in this spelling.
bool is_spelt(const profile::Profile& profile, const std::string& field, profile::Spelling as) {
  const Spelt spelt{field, as};
  return std::ranges::any_of(profile.applications, [&](const profile::Application& application) {
    return std::ranges::any_of(application.files, [&](const auto& file) { return spelt.in(file); });
  });
}

/// Judges one order and keeps all that is wrong with it.
class Judge {
 public:
  Judge(const Order& order, const profile::Profile& profile) : order_(order), profile_(profile) {}

  void judge_values() {
    whole();
    for (const Field& field : profile_.holder) by_itself(field);
    for (const Field& field : profile_.holder) {
      const std::string value = value_of(order_, field.name);
      if (is_sound(field.name)) with_others(field, value);
      if (value.empty() && is_computed(field)) add(field.name, "is missing; fill it in");
    }
  }

  void judge_portrait() {
    for (const Field& field : profile_.holder)
      if (field.type == FieldType::portrait && !order_.portrait.empty()) portrait(field);
  }

  std::vector<Fault> faults() && { return std::move(faults_); }

 private:
  void add(const std::string& field, const Complaint& complaint) {
    if (complaint) faults_.push_back({field, *complaint});
  }
  /// Given and well-formed: what is compared has to be.
  bool is_sound(const std::string& field) const { return sound_.contains(field); }

  void whole() {
    add("order", unless(is_order_id(order_.id), "is not 1 to 64 of A-Z a-z 0-9 . _ -; choose another"));
    if (const auto told = field_told_by_id(order_, profile_))
      add("order", "repeats something of " + *told + "; choose an id that tells nothing of the holder");
    add("profile", unless(order_.profile == profile_.name,
                          "is not the one that the order is checked against; use the order's own"));
    const auto known = [&](const auto& value) { return profile_.field(value.first) != nullptr; };
    add("order", unless(std::ranges::all_of(order_.fields, known),
                        "has a field that the profile does not know; leave it out"));
  }

  void by_itself(const Field& field) {
    const std::string value = value_of(order_, field.name);
    const bool given = field.type == FieldType::portrait ? !order_.portrait.empty() : !value.empty();
    if (!given) return add(field.name, unless(field.optional || field.validity, "is missing; fill it in"));
    if (value.empty()) return;
    const Complaint complaint = about_value(field, value);
    add(field.name, complaint);
    if (!complaint) sound_.insert(field.name);
  }

  /// What its computation needs is there. Else what is wrong is told there.
  bool is_computed(const Field& field) const {
    return field.validity && !field.optional && is_sound(*field.from) && is_sound(*field.born);
  }

  void with_others(const Field& field, const std::string& value) {
    if (field.agrees_with && is_sound(*field.agrees_with) &&
        !identity::bears_birth_date(value, date_of(order_, *field.agrees_with)))
      add(field.name, "bears a date that contradicts " + *field.agrees_with + "; correct one of the two");
    if (field.not_before && is_sound(*field.not_before) &&
        date_of(order_, field.name) < date_of(order_, *field.not_before))
      add(field.name, "lies before " + *field.not_before + "; correct one of the two");
    if (field.not_after && is_sound(*field.not_after) &&
        date_of(order_, field.name) > date_of(order_, *field.not_after))
      add(field.name, "lies after " + *field.not_after + "; correct one of the two");
    if (field.validity && is_sound(*field.from) && is_sound(*field.born)) validity(field);
    if (field.type == FieldType::count && order_.reason == Reason::first_issue && value != field.first)
      add(field.name, "is not " + field.first + " on a first issue; correct it or the reason");
    if (field.type == FieldType::count && order_.reason == Reason::replacement && value == field.first)
      add(field.name, "is that of a first issue, and the card replaces one; correct it or the reason");
    if (field.type == FieldType::country && !numeric_code(profile_, value) &&
        is_spelt(profile_, field.name, profile::Spelling::numeric))
      add(field.name, "has no number, which the card needs; give it one under `countries` of the profile");
    if (field.type == FieldType::prc_number_15 &&
        is_spelt(profile_, field.name, profile::Spelling::association))
      previous_number(field, value);
  }

  void validity(const Field& field) {
    const Date from = date_of(order_, *field.from);
    const Date born = date_of(order_, *field.born);
    if (from < born)
      add(field.name,
          "counts from " + *field.from + ", which lies before " + *field.born + "; correct one of the two");
    else if (date_of(order_, field.name) != last_valid_day(*field.validity, from, born))
      add(field.name,
          "is not the end of the validity that the profile gives at this age; correct it or leave it out");
  }

  /// Hangs on number, nationality and birth date: what is wrong with these is told there.
  void previous_number(const Field& field, const std::string& value) {
    const auto in_the_way = [&](const Field& other) {
      return (other.name == profile_.number || other.type == FieldType::country) && !is_sound(other.name);
    };
    if (std::ranges::any_of(profile_.holder, in_the_way)) return;
    try {
      association(order_, profile_, value);
    } catch (const Error&) {
      add(field.name,
          "cannot be recovered by readers from this card, whose number differs; correct it or leave it out");
    }
  }

  void portrait(const Field& field) {
    try {
      identity::check_portrait(order_.portrait, field.portrait);
    } catch (const Error& error) {
      faults_.push_back({field.name, "cannot be taken: " + error.message(), Code::portrait_invalid});
    }
  }

  const Order& order_;
  const profile::Profile& profile_;
  std::vector<Fault> faults_;
  std::set<std::string, std::less<>> sound_;
};

}  // namespace

std::vector<Fault> faults_of(const Order& order, const profile::Profile& profile) {
  Judge judge(order, profile);
  judge.judge_values();
  judge.judge_portrait();
  return std::move(judge).faults();
}

void FaultReport::add(const std::string& where, const Fault& fault) {
  add_line(where + (fault.field.empty() ? ": " : ", field " + fault.field + ' ') + fault.text, fault.code);
}

void FaultReport::add(const Error& error) {
  add_line(error.message(), error.code());
}

void FaultReport::add_line(const std::string& line, Code code) {
  if (!lines_.empty()) lines_ += '\n';
  lines_ += line;
  code_ = !code_ || *code_ == code ? code : Code::order_invalid;
}

void FaultReport::raise() const {
  throw Error(*code_, lines_);
}

namespace {

void raise_any(const std::vector<Fault>& faults, const std::string& where) {
  if (faults.empty()) return;
  FaultReport report;
  for (const Fault& fault : faults) report.add(where, fault);
  report.raise();
}

}  // namespace

void check(const Order& order, const profile::Profile& profile, const std::string& where) {
  raise_any(faults_of(order, profile), where);
}

void check_values(const Order& order, const profile::Profile& profile, const std::string& where) {
  Judge judge(order, profile);
  judge.judge_values();
  raise_any(std::move(judge).faults(), where);
}

}  // namespace perso::plan
