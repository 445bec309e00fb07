#include "identity/record.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "identity/country.hpp"
#include "identity/name.hpp"
#include "identity/text.hpp"

namespace perso::identity {

namespace {

constexpr std::size_t type_at = 248;
constexpr char pad = ' ';

enum class Form {
  latin_name,
  chinese_name,
  sex,
  digits,
  date,
  number,
  nationality,
  association,
  code,
  blank
};

/// A place in the record; bytes. Two places of one name are one field.
struct Place {
  std::string_view name;
  std::size_t at, bytes;
  Form form;
};

constexpr std::array<Place, 12> layout_2017{{
    {"latin_name", 0, 120, Form::latin_name},
    {"sex", 120, 2, Form::sex},
    {"number", 122, 30, Form::number},
    {"nationality", 152, 6, Form::nationality},
    {"chinese_name", 158, 30, Form::chinese_name},
    {"issued", 188, 16, Form::date},
    {"expires", 204, 16, Form::date},
    {"born", 220, 16, Form::date},
    {"version", 236, 4, Form::code},
    {"authority", 240, 8, Form::code},
    {"type", type_at, 2, Form::code},
    {"reserved", 250, 6, Form::blank},
}};

constexpr std::array<Place, 13> layout_2023{{
    {"chinese_name", 0, 30, Form::chinese_name},
    {"sex", 30, 2, Form::sex},
    {"replacements", 32, 4, Form::digits},
    {"born", 36, 16, Form::date},
    {"latin_name", 52, 70, Form::latin_name},
    {"number", 122, 36, Form::number},
    {"reserved", 158, 30, Form::blank},
    {"issued", 188, 16, Form::date},
    {"expires", 204, 16, Form::date},
    {"latin_name", 220, 22, Form::latin_name},
    {"nationality", 242, 6, Form::nationality},
    {"type", type_at, 2, Form::code},
    {"association", 250, 6, Form::association},
}};

using Fault = std::optional<std::string>;

RecordEdition edition_of(ByteView record) {
  if (record.size() != prc_record_size)
    throw Error(Code::malformed, "a text record has exactly " + std::to_string(prc_record_size) + " bytes");
  const Bytes marker(record.begin() + type_at, record.begin() + type_at + 2);
  if (marker == utf16le("I")) return RecordEdition::prc_2017;
  if (marker == utf16le("Y")) return RecordEdition::prc_2023;
  throw Error(Code::malformed, "the text record has neither I nor Y as its type at byte 248");
}

bool is_code_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Date> date_of(std::string_view yyyymmdd) {
  if (yyyymmdd.size() != 8) return std::nullopt;
  const std::string text(yyyymmdd);
  return Date::parse(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6));
}

Fault unless(bool good, const char* fault) {
  return good ? std::nullopt : Fault(fault);
}

/// The record has the name as `record_form` joins it: one text in A to Z, without the comma of orders.
Fault latin_name_form(const std::string& text) {
  const auto allowed = [](char c) { return (c >= 'A' && c <= 'Z') || c == ' ' || c == '-' || c == '\''; };
  if (!std::ranges::all_of(text, allowed))
    return "has a character other than A to Z, blank, hyphen and apostrophe";
  return latin_name_fault(text);
}

/// What is wrong with a field by itself.
Fault form_fault(Form form, const std::string& text, std::span<const std::uint16_t> further_countries) {
  switch (form) {
    case Form::latin_name:
      return latin_name_form(text);
    case Form::chinese_name:
      return text.empty() ? std::nullopt : chinese_name_fault(text);
    case Form::sex:
      return unless(text == "1" || text == "2", "is neither 1 (male) nor 2 (female)");
    case Form::digits:
      return unless(text.size() == 2 && all_digits(text), "is not two digits");
    case Form::date:
      return unless(date_of(text).has_value(), "is no day of the calendar as YYYYMMDD");
    case Form::number: {
      const auto fault = check_number(text, further_countries);
      return fault ? Fault(fault->text) : std::nullopt;
    }
    case Form::nationality:
      return unless(is_nationality(text), "is no code of ISO 3166-1 or ICAO 9303-3");
    case Form::association:
      return unless(text.empty() || (text.size() == 3 && all_digits(text)),
                    "is neither three digits nor blank");
    case Form::blank:
      return unless(text.empty(), "is not blank");
    case Form::code:
      return unless(std::ranges::all_of(text, is_code_character),
                    "has a character other than A to Z and 0 to 9");
  }
  return std::nullopt;
}

class Decoder {
 public:
  Decoder(ByteView record, std::span<const std::uint16_t> further_countries)
      : record_(record), further_countries_(further_countries) {
    decoded_.edition = edition_of(record);
  }

  DecodedRecord decode() {
    const std::span<const Place> layout = decoded_.edition == RecordEdition::prc_2017
                                              ? std::span<const Place>(layout_2017)
                                              : std::span<const Place>(layout_2023);
    for (const Place& place : layout) read(place);
    for (DecodedRecord::Field& field : decoded_.fields) trim(field.text);
    for (const DecodedRecord::Field& field : decoded_.fields)
      judge(field.name, form_fault(std::ranges::find(layout, field.name, &Place::name)->form, field.text,
                                   further_countries_));
    compare();
    if (decoded_.edition == RecordEdition::prc_2023) recover();
    return std::move(decoded_);
  }

 private:
  static void trim(std::string& text) { text.resize(text.find_last_not_of(pad) + 1); }

  void judge(std::string_view field, const Fault& fault) {
    const auto same = [field](const DecodedRecord::Fault& other) { return other.field == field; };
    if (fault && std::ranges::none_of(decoded_.faults, same)) decoded_.faults.push_back({field, *fault});
  }

  bool good(std::string_view field) const {
    return std::ranges::find(decoded_.faults, field, &DecodedRecord::Fault::field) == decoded_.faults.end();
  }

  /// Parts of one field are joined before they are trimmed: a blank may stand where the first one ends.
  void read(const Place& place) {
    std::string text;
    try {
      text = utf8_from_utf16le(record_.subspan(place.at, place.bytes));
    } catch (const Error&) {
      judge(place.name, "is not UTF-16");
    }
    const auto before = std::ranges::find(decoded_.fields, place.name, &DecodedRecord::Field::name);
    if (before == decoded_.fields.end())
      decoded_.fields.push_back({place.name, std::move(text)});
    else
      before->text += text;
  }

  void compare() {
    const auto issued = date_of(decoded_.text("issued"));
    const auto expires = date_of(decoded_.text("expires"));
    const auto born = date_of(decoded_.text("born"));
    if (issued && born && *issued < *born) judge("issued", "lies before the birth date");
    if (issued && expires && *expires <= *issued) judge("expires", "does not lie after the issue date");
    const std::string_view number = decoded_.text("number");
    if (!good("number")) return;
    const std::size_t wanted = decoded_.edition == RecordEdition::prc_2017 ? 15 : 18;
    if (number.size() != wanted)
      judge("number", "has not the " + std::to_string(wanted) + " characters of the edition");
    if (born && !bears_birth_date(number, *born)) judge("number", "bears another birth date than the record");
  }

  void recover() {
    if (!good("number") || !good("nationality")) return;
    const std::string_view number = decoded_.text("number");
    const std::string_view nationality = decoded_.text("nationality");
    const std::string_view association = decoded_.text("association");
    decoded_.nationality = nationality_since(number, nationality);
    if (!association.empty() && good("association"))
      decoded_.previous_number = previous_number(number, nationality, association);
  }

  ByteView record_;
  std::span<const std::uint16_t> further_countries_;
  DecodedRecord decoded_;
};

}  // namespace

std::string_view DecodedRecord::text(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &Field::name);
  return found != fields.end() ? std::string_view(found->text) : std::string_view();
}

DecodedRecord decode_record(ByteView record, std::span<const std::uint16_t> further_countries) {
  return Decoder(record, further_countries).decode();
}

}  // namespace perso::identity
