#include "identity/mrz.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bytes/error.hpp"
#include "identity/ascii.hpp"

namespace perso::identity {

namespace {

constexpr char filler = '<';
constexpr std::size_t number_size = 9;

/// A place in a zone: offset and size in characters.
struct Span {
  std::size_t at = 0, size = 0;
};

/// Where a form has its fields, in the lines one after the other. Check digits follow their fields, each in
/// the next place; that of the whole zone covers what clause 4.2.4 of its part lists.
struct Layout {
  MrzForm form;
  std::size_t size;
  std::string_view first_letters;  // of the document code
  Span name;
  std::size_t number, nationality, birth, sex, expiry;
  Span optional_1, optional_2;
  std::size_t composite;
  std::array<Span, 4> covered;
  /// TD1 and TD2 continue a long number in their optional data; TD3 gives that a check digit instead.
  bool long_numbers;
};

constexpr std::array<Layout, 3> layouts{{
    {.form = MrzForm::td1,
     .size = 90,
     .first_letters = "ACI",
     .name = {60, 30},
     .number = 5,
     .nationality = 45,
     .birth = 30,
     .sex = 37,
     .expiry = 38,
     .optional_1 = {15, 15},
     .optional_2 = {48, 11},
     .composite = 59,
     .covered = {{{5, 25}, {30, 7}, {38, 7}, {48, 11}}},
     .long_numbers = true},
    {.form = MrzForm::td2,
     .size = 72,
     .first_letters = "ACI",
     .name = {5, 31},
     .number = 36,
     .nationality = 46,
     .birth = 49,
     .sex = 56,
     .expiry = 57,
     .optional_1 = {64, 7},
     .optional_2 = {},
     .composite = 71,
     .covered = {{{36, 10}, {49, 7}, {57, 14}, {}}},
     .long_numbers = true},
    {.form = MrzForm::td3,
     .size = 88,
     .first_letters = "P",
     .name = {5, 39},
     .number = 44,
     .nationality = 54,
     .birth = 57,
     .sex = 64,
     .expiry = 65,
     .optional_1 = {72, 14},
     .optional_2 = {},
     .composite = 87,
     .covered = {{{44, 10}, {57, 7}, {65, 22}, {}}},
     .long_numbers = false},
}};

const Layout& layout_of(MrzForm form) {
  return layouts.at(static_cast<std::size_t>(form));
}

void require(bool holds, const std::string& field) {
  if (!holds) throw Error(Code::malformed, "the machine readable zone breaks the form of its " + field);
}

bool is_letter_or_digit(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_mrz_character(char c) {
  return is_letter_or_digit(c) || c == filler;
}

template <typename Predicate>
void require_all(std::string_view value, Predicate allowed, const std::string& field) {
  require(std::ranges::all_of(value, allowed), field);
}

std::string padded(std::string text, std::size_t size) {
  text.resize(size, filler);
  return text;
}

std::string_view trimmed(std::string_view text) {
  return text.substr(0, text.find_last_not_of(filler) + 1);
}

std::string_view slice(std::string_view mrz, Span place) {
  return mrz.substr(place.at, place.size);
}

char composite_check(const Layout& layout, std::string_view mrz) {
  std::string covered;
  for (const Span place : layout.covered) covered += slice(mrz, place);
  return mrz_check_digit(covered);
}

void check_state(const std::string& state, const std::string& field) {
  require(!state.empty() && state.size() <= 3, field);
  require_all(state, is_letter, field);
}

void check_optional(const std::string& data, std::size_t room, const std::string& field) {
  require(data.size() <= room && !data.ends_with(filler), field);
  require_all(data, is_mrz_character, field);
}

void check_form(const Layout& layout, const MrzFields& fields) {
  const std::string& code = fields.document_code;
  require(!code.empty() && code.size() <= 2, "document code");
  require_all(code, is_letter, "document code");
  require(layout.first_letters.find(code.front()) != std::string_view::npos && !code.ends_with('V'),
          "document code");
  check_state(fields.issuing_state, "issuing state");
  check_state(fields.nationality, "nationality");
  require(!fields.number.empty(), "document number");
  require_all(fields.number, is_letter_or_digit, "document number");
  check_optional(fields.optional_1, layout.optional_1.size, "first optional data");
  check_optional(fields.optional_2, layout.optional_2.size, "second optional data");
  require(fields.birth.size() == 6, "date of birth");
  require_all(
      fields.birth, [](char c) { return is_digit(c) || c == filler; }, "date of birth");
  require(fields.expiry.size() == 6, "date of expiry");
  require_all(fields.expiry, is_digit, "date of expiry");
  require(fields.sex == 'M' || fields.sex == 'F' || fields.sex == filler, "sex");
}

/// Writes fields into a zone that is fillers so far.
class Writer {
 public:
  explicit Writer(const Layout& layout) : layout_(layout), mrz_(layout.size, filler) {}

  void put(std::size_t at, std::string_view text) { mrz_.replace(at, text.size(), text); }
  void put_checked(std::size_t at, const std::string& text) { put(at, text + mrz_check_digit(text)); }
  void put_number_and_optional(const MrzFields& fields);
  std::string finish() {
    mrz_[layout_.composite] = composite_check(layout_, mrz_);
    return std::move(mrz_);
  }

 private:
  const Layout& layout_;
  std::string mrz_;
};

void Writer::put_number_and_optional(const MrzFields& fields) {
  const auto& [at, room] = layout_.optional_1;
  if (fields.number.size() <= number_size) {
    put_checked(layout_.number, padded(fields.number, number_size));
    if (layout_.long_numbers || fields.optional_1.empty())
      put(at, fields.optional_1);
    else
      put_checked(at, padded(fields.optional_1, room));
    return;
  }
  require(layout_.long_numbers, "document number");
  // A filler in the check digit's place, then the rest, its check digit and a filler.
  const std::string rest = fields.number.substr(number_size) + mrz_check_digit(fields.number) + filler;
  require(rest.size() <= room, "document number");
  require(rest.size() + fields.optional_1.size() <= room, "first optional data");
  put(layout_.number, fields.number.substr(0, number_size));
  put(at, rest + fields.optional_1);
}

std::string checked(std::string_view mrz, Span place, const std::string& field) {
  const std::string_view value = slice(mrz, place);
  require(mrz_check_digit(value) == mrz[place.at + place.size], field + "'s check digit");
  return std::string(value);
}

/// TD1 and TD2: a filler in the number's check digit says that it runs on into the optional data.
void parse_long_number(const Layout& layout, std::string_view mrz, MrzFields& fields) {
  std::string_view optional = slice(mrz, layout.optional_1);
  const std::string_view rest = optional.substr(0, optional.find(filler));
  fields.number = trimmed(slice(mrz, {layout.number, number_size}));
  require(fields.number.size() == number_size && rest.size() >= 2 && rest.size() < optional.size(),
          "document number");
  fields.number += rest.substr(0, rest.size() - 1);
  require(mrz_check_digit(fields.number) == rest.back(), "document number's check digit");
  optional.remove_prefix(rest.size() + 1);
  fields.optional_1 = trimmed(optional);
}

void parse_number_and_optional(const Layout& layout, std::string_view mrz, MrzFields& fields) {
  if (layout.long_numbers && mrz[layout.number + number_size] == filler)
    return parse_long_number(layout, mrz, fields);
  fields.number = trimmed(checked(mrz, {layout.number, number_size}, "document number"));
  fields.optional_1 = trimmed(slice(mrz, layout.optional_1));
  // 9303-4 4.2.2.2: without data, the check digit may be a filler.
  const bool unchecked =
      layout.long_numbers ||
      (fields.optional_1.empty() && mrz[layout.optional_1.at + layout.optional_1.size] == filler);
  if (!unchecked) checked(mrz, layout.optional_1, "first optional data");
}

}  // namespace

std::size_t mrz_size(MrzForm form) {
  return layout_of(form).size;
}

std::size_t mrz_name_width(MrzForm form) {
  return layout_of(form).name.size;
}

char mrz_check_digit(std::string_view characters) {
  constexpr int weights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[i];
    require(is_mrz_character(c), "alphabet");
    const int value = is_digit(c) ? c - '0' : c == filler ? 0 : c - 'A' + 10;
    sum = (sum + value * weights[i % 3]) % 10;
  }
  return static_cast<char>('0' + sum);
}

std::string encode_mrz(MrzForm form, const MrzFields& fields) {
  const Layout& layout = layout_of(form);
  check_form(layout, fields);
  Writer writer(layout);
  writer.put(0, fields.document_code);
  writer.put(2, fields.issuing_state);
  writer.put(layout.name.at, mrz_name_field(fields.name, layout.name.size));
  writer.put_number_and_optional(fields);
  writer.put(layout.nationality, fields.nationality);
  writer.put_checked(layout.birth, fields.birth);
  writer.put(layout.sex, std::string_view(&fields.sex, 1));
  writer.put_checked(layout.expiry, fields.expiry);
  writer.put(layout.optional_2.at, fields.optional_2);
  return writer.finish();
}

Mrz parse_mrz(std::string_view mrz) {
  const auto layout = std::ranges::find(layouts, mrz.size(), &Layout::size);
  require(layout != layouts.end(), "length");
  require_all(mrz, is_mrz_character, "alphabet");
  Mrz zone;
  zone.form = layout->form;
  MrzFields& fields = zone.fields;
  fields.document_code = trimmed(mrz.substr(0, 2));
  fields.issuing_state = trimmed(mrz.substr(2, 3));
  parse_number_and_optional(*layout, mrz, fields);
  fields.nationality = trimmed(mrz.substr(layout->nationality, 3));
  fields.birth = checked(mrz, {layout->birth, 6}, "date of birth");
  fields.sex = mrz[layout->sex];
  fields.expiry = checked(mrz, {layout->expiry, 6}, "date of expiry");
  fields.optional_2 = trimmed(slice(mrz, layout->optional_2));
  require(composite_check(*layout, mrz) == mrz[layout->composite], "composite check digit");
  const std::string_view name = slice(mrz, layout->name);
  fields.name = parse_mrz_name(name);
  zone.name_may_be_cut = name.back() != filler;
  check_form(*layout, fields);
  return zone;
}

}  // namespace perso::identity
