// What holds for any input: written fields are read again, and nothing but Error comes out of a parser.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/mrz.hpp"
#include "identity/number.hpp"
#include "identity/record.hpp"
#include "identity/text.hpp"
#include "identity/transliteration_table.hpp"

using namespace perso;
using namespace perso::identity;

namespace {

constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view capitals_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

std::string arbitrary_text(std::string_view alphabet, std::size_t least, std::size_t most) {
  return *rc::gen::container<std::string>(*rc::gen::inRange(least, most + 1),
                                          rc::gen::elementOf(std::string(alphabet)));
}

std::string arbitrary_digits(std::size_t count) {
  return arbitrary_text("0123456789", count, count);
}

/// Words of letters, joined by blanks.
std::string arbitrary_words(std::size_t least, std::size_t most) {
  std::string words;
  for (std::size_t left = *rc::gen::inRange(least, most + 1); left > 0; --left)
    words += (words.empty() ? "" : " ") + arbitrary_text(capitals, 1, 14);
  return words;
}

/// Without a filler behind it.
std::string arbitrary_optional(std::size_t most) {
  std::string data = arbitrary_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<", 0, most);
  data.resize(data.find_last_not_of('<') + 1);
  return data;
}

MrzFields arbitrary_fields(MrzForm form) {
  MrzFields fields;
  const bool td3 = form == MrzForm::td3;
  const std::size_t room = form == MrzForm::td1 ? 15 : td3 ? 14 : 7;
  fields.document_code = (td3 ? "P" : arbitrary_text("ACI", 1, 1)) + arbitrary_text("PRSX", 0, 1);
  fields.issuing_state = arbitrary_text(capitals, 1, 3);
  fields.nationality = arbitrary_text(capitals, 1, 3);
  fields.number = arbitrary_text(capitals_digits, 1, td3 ? 9 : 9 + room - 2);
  fields.optional_1 =
      arbitrary_optional(fields.number.size() <= 9 ? room : room - (fields.number.size() - 9) - 2);
  if (form == MrzForm::td1) fields.optional_2 = arbitrary_optional(11);
  fields.birth = arbitrary_text("0123456789<", 6, 6);
  fields.sex = *rc::gen::element('M', 'F', '<');
  fields.expiry = arbitrary_digits(6);
  fields.name = {arbitrary_words(1, 6), arbitrary_words(0, 6)};
  return fields;
}

/// Letters that the tables know and what joins them; now and then what no name has, or no UTF-8 at all.
std::string arbitrary_name() {
  std::string name;
  for (int left = *rc::gen::inRange(0, 20); left > 0; --left) {
    const auto row = *rc::gen::inRange<std::size_t>(0, transliteration_table.size());
    name += *rc::gen::weightedOneOf<std::string>(
        {{20, rc::gen::just(encode_utf8(std::u32string(1, transliteration_table[row].character)))},
         {6, rc::gen::element<std::string>("A", "Z", "'", "\u0651", "\u0308", "\u0654")},
         {3, rc::gen::element<std::string>(" ", "-", ", ")},
         {1, rc::gen::container<std::string>(1, rc::gen::arbitrary<char>())}});
  }
  return name;
}

bool only_initials(std::string_view field) {
  return std::ranges::adjacent_find(field, [](char a, char b) { return a != '<' && b != '<'; }) ==
         field.end();
}

template <typename Call>
void throws_nothing_but_error(Call call) {
  try {
    call();
  } catch (const Error& error) {
    RC_ASSERT(error.code() == Code::malformed);
  }
}

}  // namespace

TEST_CASE("MRZ: any fields are read as they were written") {
  CHECK(rc::check("parse(encode(fields)) == fields, but for a name that is too long", [] {
    const MrzForm form = *rc::gen::element(MrzForm::td1, MrzForm::td2, MrzForm::td3);
    MrzFields fields = arbitrary_fields(form);
    const std::string zone = encode_mrz(form, fields);
    RC_ASSERT(zone.size() == mrz_size(form));
    const Mrz mrz = parse_mrz(zone);
    RC_ASSERT(mrz.form == form);
    const std::string field = mrz_name_field(fields.name, mrz_name_width(form));
    RC_ASSERT(mrz.name_may_be_cut == (field.back() != '<'));
    if (mrz_name(fields.name).size() > field.size()) fields.name = mrz.fields.name;
    RC_ASSERT(mrz.fields == fields);
  }));
}

TEST_CASE(
    "MRZ: a name that is too long ends with a letter, and each component that is left begins as it did") {
  CHECK(rc::check("cut names", [] {
    const std::size_t width = *rc::gen::element<std::size_t>(30, 31, 39);
    LatinName name{arbitrary_words(1, 12), arbitrary_words(1, 12)};
    while (mrz_name(name).size() <= width) name.secondary += " " + arbitrary_text(capitals, 1, 14);
    const std::string field = mrz_name_field(name, width);
    RC_ASSERT(field.size() == width);
    const LatinName cut = parse_mrz_name(field);
    const auto begins = [](std::string_view shorter, std::string_view longer) {
      for (std::size_t i = 0, j = 0; i < shorter.size(); ++i, ++j) {
        if (shorter[i] == ' ') j = longer.find(' ', j);
        RC_ASSERT(j < longer.size() && shorter[i] == longer[j]);
      }
    };
    begins(cut.primary, name.primary);
    begins(cut.secondary, name.secondary);
    // Where nothing but initials is left, there may be no letter for the last place.
    RC_ASSERT(field.back() != '<' || only_initials(field));
  }));
}

TEST_CASE("MRZ: no text makes the parser throw anything but Error") {
  CHECK(rc::check("damaged zones", [] {
    const MrzForm form = *rc::gen::element(MrzForm::td1, MrzForm::td2, MrzForm::td3);
    std::string zone = encode_mrz(form, arbitrary_fields(form));
    for (int left = *rc::gen::inRange(1, 4); left > 0; --left)
      zone[*rc::gen::inRange<std::size_t>(0, zone.size())] = *rc::gen::weightedOneOf<char>(
          {{5, rc::gen::elementOf(std::string("<019AZ"))}, {1, rc::gen::arbitrary<char>()}});
    throws_nothing_but_error([&zone] { parse_mrz(zone); });
  }));
}

TEST_CASE("names: any text has a fault or becomes letters that record and zone can have") {
  CHECK(rc::check("names", [] {
    const std::string name = arbitrary_name();
    RC_CLASSIFY(!latin_name_fault(name), "good");
    if (latin_name_fault(name)) {
      throws_nothing_but_error([&name] { parse_latin_name(name); });
      return;
    }
    const LatinName parsed = parse_latin_name(name);
    RC_ASSERT(record_form(parsed).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'") == std::string::npos);
    const std::string again = parsed.primary + (parsed.secondary.empty() ? "" : ", " + parsed.secondary);
    RC_ASSERT(parse_latin_name(again) == parsed);
    RC_ASSERT(mrz_name_field(parsed, 30).size() == 30u);
  }));
}

TEST_CASE("numbers: any text has a fault or explains itself; the check character follows from the rest") {
  CHECK(rc::check("numbers", [] {
    const bool long_form = *rc::gen::arbitrary<bool>();
    std::string number =
        long_form ? "9" + arbitrary_digits(16) : arbitrary_text(capitals, 3, 3) + arbitrary_digits(11);
    number += long_form ? check_character_18(number) : check_character_15(number);
    const auto parts = explain_number(number);
    RC_ASSERT(parts.has_value());
    RC_ASSERT(parts->check == parts->expected_check);
    const auto fault = check_number(number);
    RC_ASSERT(!fault || fault->rule != NumberRule::check);
    if (!fault) RC_ASSERT(parts->known_country != nullptr && !parts->births.empty());
  }));
  CHECK(rc::check("any text", [] {
    const auto text = *rc::gen::string<std::string>();
    RC_ASSERT(check_number(text) || explain_number(text));
  }));
}

TEST_CASE("records: no bytes make the decoder throw anything but Error") {
  CHECK(rc::check("records", [] {
    Bytes record = *rc::gen::container<Bytes>(prc_record_size, rc::gen::arbitrary<std::uint8_t>());
    const std::string type = *rc::gen::element<std::string>("I", "Y", "X");
    const Bytes marker = utf16le(type);
    std::copy(marker.begin(), marker.end(), record.begin() + 248);
    throws_nothing_but_error([&record] { decode_record(record); });
  }));
}
