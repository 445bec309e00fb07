#include "identity/mrz.hpp"

#include <algorithm>
#include <vector>

#include "bytes/error.hpp"

namespace perso::identity {

namespace {

constexpr char filler = '<';
constexpr std::size_t line_size = 30;
constexpr std::size_t number_size = 9;
constexpr std::size_t optional_1_size = 15;
constexpr std::size_t optional_2_size = 11;

void require(bool holds, const std::string& field) {
  if (!holds) throw Error(Code::malformed, "the machine readable zone breaks the form of its " + field);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter_or_digit(char c) {
  return is_letter(c) || is_digit(c);
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

std::string with_check(const std::string& text) {
  return text + mrz_check_digit(text);
}

/// 9303-5 4.2.4: positions 6 to 30 of the first line; 1 to 7, 9 to 15 and 19 to 29 of the second.
char composite_check(std::string_view mrz) {
  const std::string_view line_2 = mrz.substr(line_size);
  std::string covered(mrz.substr(5, 25));
  covered += line_2.substr(0, 7);
  covered += line_2.substr(8, 7);
  covered += line_2.substr(18, 11);
  return mrz_check_digit(covered);
}

void check_form(const Td1& fields) {
  require(!fields.document_code.empty() && fields.document_code.size() <= 2, "document code");
  require_all(fields.document_code, is_letter, "document code");
  require(std::string_view("ACI").find(fields.document_code.front()) != std::string_view::npos,
          "document code");
  const auto check_state = [](const std::string& state, const std::string& field) {
    require(!state.empty() && state.size() <= 3, field);
    require_all(state, is_letter, field);
  };
  check_state(fields.issuing_state, "issuing state");
  check_state(fields.nationality, "nationality");
  require(!fields.number.empty(), "document number");
  require_all(fields.number, is_letter_or_digit, "document number");
  const auto letter_digit_filler = [](char c) { return is_letter_or_digit(c) || c == filler; };
  require_all(fields.optional_1, letter_digit_filler, "first optional data");
  require_all(fields.optional_2, letter_digit_filler, "second optional data");
  require(fields.optional_2.size() <= optional_2_size, "second optional data");
  require(fields.birth.size() == 6, "date of birth");
  require_all(
      fields.birth, [](char c) { return is_digit(c) || c == filler; }, "date of birth");
  require(fields.expiry.size() == 6, "date of expiry");
  require_all(fields.expiry, is_digit, "date of expiry");
  require(fields.sex == 'M' || fields.sex == 'F' || fields.sex == filler, "sex");
}

/// Document number, check digit and first optional data: positions 6 to 30 of the first line.
std::string number_and_optional(const Td1& fields) {
  if (fields.number.size() <= number_size) {
    require(fields.optional_1.size() <= optional_1_size, "first optional data");
    return with_check(padded(fields.number, number_size)) + padded(fields.optional_1, optional_1_size);
  }
  // A long number: a filler in the check digit's place, then the rest, its check digit and a filler
  // (9303-5 4.2.2 note j).
  const std::string rest = fields.number.substr(number_size) + mrz_check_digit(fields.number) + filler;
  require(rest.size() <= optional_1_size, "document number");
  require(rest.size() + fields.optional_1.size() <= optional_1_size, "first optional data");
  return fields.number.substr(0, number_size) + filler + padded(rest + fields.optional_1, optional_1_size);
}

void parse_number_and_optional(std::string_view text, Td1& fields) {
  const std::string_view number = text.substr(0, number_size);
  const char check = text[number_size];
  std::string_view optional = text.substr(number_size + 1);
  fields.number = trimmed(number);
  if (check != filler) {
    require(mrz_check_digit(number) == check, "document number's check digit");
  } else {
    const std::string_view rest = optional.substr(0, optional.find(filler));
    require(fields.number.size() == number_size && rest.size() >= 2 && rest.size() < optional_1_size,
            "document number");
    fields.number += rest.substr(0, rest.size() - 1);
    require(mrz_check_digit(fields.number) == rest.back(), "document number's check digit");
    optional.remove_prefix(rest.size() + 1);
  }
  fields.optional_1 = trimmed(optional);
}

std::vector<std::string> components(std::string_view part) {
  std::vector<std::string> found(1);
  for (const char c : part) {
    if (c == ' ' || c == '-') {
      if (!found.back().empty()) found.emplace_back();
    } else if (c != '\'') {
      require(is_letter(c), "name");
      found.back().push_back(c);
    }
  }
  if (found.back().empty()) found.pop_back();
  return found;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "<") + part;
  return text;
}

std::string name_field(const std::vector<std::string>& primary, const std::vector<std::string>& secondary) {
  return joined(primary) + (secondary.empty() ? "" : "<<" + joined(secondary));
}

/// Takes up to `excess` letters away, from the last component backwards, and leaves each its initial.
void shorten(std::vector<std::string>& parts, std::size_t& excess) {
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const std::size_t cut = std::min(excess, part->size() - 1);
    part->resize(part->size() - cut);
    excess -= cut;
  }
}

std::string with_blanks(std::string_view part) {
  std::string text(part);
  std::ranges::replace(text, filler, ' ');
  return text;
}

LatinName parse_name(std::string_view field) {
  require_all(
      field, [](char c) { return is_letter(c) || c == filler; }, "name");
  const std::string_view name = trimmed(field);
  const std::size_t separator = name.find("<<");
  const std::string_view primary = name.substr(0, separator);
  const std::string_view secondary =
      separator == std::string_view::npos ? std::string_view() : name.substr(separator + 2);
  require(!primary.empty() && primary.front() != filler, "name");
  require(!secondary.starts_with(filler) && secondary.find("<<") == std::string_view::npos, "name");
  return {with_blanks(primary), with_blanks(secondary)};
}

}  // namespace

char mrz_check_digit(std::string_view characters) {
  constexpr int weights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[i];
    require(is_letter_or_digit(c) || c == filler, "alphabet");
    const int value = is_digit(c) ? c - '0' : c == filler ? 0 : c - 'A' + 10;
    sum = (sum + value * weights[i % 3]) % 10;
  }
  return static_cast<char>('0' + sum);
}

std::string mrz_name_field(const LatinName& name, std::size_t width) {
  std::vector<std::string> primary = components(name.primary);
  std::vector<std::string> secondary = components(name.secondary);
  require(!primary.empty(), "name");
  const auto initials = [&] {  // the least width: a letter each, fillers between
    return 2 * primary.size() - 1 + (secondary.empty() ? 0 : 2 * secondary.size() + 1);
  };
  while (initials() > width && primary.size() + secondary.size() > 1)
    (secondary.size() > 1 || primary.size() == 1 ? secondary : primary).pop_back();
  const std::size_t full = name_field(primary, secondary).size();
  std::size_t excess = full > width ? full - width : 0;
  shorten(secondary, excess);
  shorten(primary, excess);
  return padded(name_field(primary, secondary), width);
}

std::string encode_td1(const Td1& fields) {
  check_form(fields);
  std::string mrz =
      padded(fields.document_code, 2) + padded(fields.issuing_state, 3) + number_and_optional(fields);
  mrz += with_check(fields.birth) + fields.sex + with_check(fields.expiry) + padded(fields.nationality, 3) +
         padded(fields.optional_2, optional_2_size);
  mrz += composite_check(mrz);
  return mrz + mrz_name_field(fields.name, line_size);
}

Td1 parse_td1(std::string_view mrz) {
  require(mrz.size() == td1_size, "length");
  require_all(
      mrz, [](char c) { return is_letter_or_digit(c) || c == filler; }, "alphabet");
  const std::string_view line_2 = mrz.substr(line_size, line_size);
  Td1 fields;
  fields.document_code = trimmed(mrz.substr(0, 2));
  fields.issuing_state = trimmed(mrz.substr(2, 3));
  parse_number_and_optional(mrz.substr(5, 25), fields);
  fields.birth = line_2.substr(0, 6);
  require(mrz_check_digit(fields.birth) == line_2[6], "date of birth's check digit");
  fields.sex = line_2[7];
  fields.expiry = line_2.substr(8, 6);
  require(mrz_check_digit(fields.expiry) == line_2[14], "date of expiry's check digit");
  fields.nationality = trimmed(line_2.substr(15, 3));
  fields.optional_2 = trimmed(line_2.substr(18, optional_2_size));
  require(composite_check(mrz) == line_2[29], "composite check digit");
  fields.name = parse_name(mrz.substr(2 * line_size));
  check_form(fields);
  return fields;
}

}  // namespace perso::identity
