// Any order that passes its check makes a card from which the same holder is read.
#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

#include "identity/country.hpp"
#include "identity/date.hpp"
#include "identity/mrz.hpp"
#include "identity/name.hpp"
#include "identity/number.hpp"
#include "identity/record.hpp"
#include "identity/text.hpp"
#include "lds/dg1.hpp"
#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

std::string digits(int value, int width) {
  const std::string text = std::to_string(value);
  return std::string(static_cast<std::size_t>(width) - text.size(), '0') + text;
}

std::string arbitrary_word(int least, int most) {
  const auto letters = *rc::gen::container<std::string>(
      static_cast<std::size_t>(*rc::gen::inRange(least, most + 1)), rc::gen::inRange<char>('A', 'Z' + 1));
  return letters;
}

/// Letters beyond A to Z, of which some become two or three.
std::string arbitrary_letters() {
  return *rc::gen::element<std::string>("", "", "", "É", "ß", "Ü", "Þ", "Ñ", "Ł", "Ж");
}

std::string arbitrary_name() {
  std::string name = arbitrary_word(1, 12) + arbitrary_letters();
  if (*rc::gen::arbitrary<bool>())
    name += (*rc::gen::element<std::string>(" ", "-", "'")) + arbitrary_word(1, 8);
  for (int words = *rc::gen::inRange(0, 3); words > 0; --words)
    name += (name.find(',') == std::string::npos ? ", " : " ") + arbitrary_letters() + arbitrary_word(1, 8);
  return name;
}

std::string arbitrary_chinese_name() {
  std::string name;
  for (int count = *rc::gen::inRange(1, 8); count > 0; --count)
    name += identity::encode_utf8(
        std::u32string(1, static_cast<char32_t>(*rc::gen::element(
                              *rc::gen::inRange(0x4E00, 0x9FFF),
                              *rc::gen::inRange(0x20000, 0x2A6DF)))));  // the second takes two units
  return name;
}

/// A day from 1930 on; those past the 28th are met too.
identity::Date arbitrary_date(int first_year, int last_year) {
  const int year = *rc::gen::inRange(first_year, last_year + 1);
  const int month = *rc::gen::inRange(1, 13);
  for (int day = *rc::gen::inRange(1, 32);; --day)
    if (const auto date = identity::Date::from(year, month, day)) return *date;
}

/// A nationality with its number; sometimes none, and sometimes another one than the holder's.
struct Origin {
  std::string nationality, numeric, first;
};

Origin arbitrary_origin() {
  const auto country = [] {
    return identity::countries()[*rc::gen::inRange<std::size_t>(0, identity::countries().size())];
  };
  const identity::Country first = country();
  Origin origin{std::string(first.alpha_3), digits(first.numeric, 3), std::string(first.alpha_3)};
  if (*rc::gen::inRange(0, 8) == 0) origin.nationality = country().alpha_3;
  if (*rc::gen::inRange(0, 20) == 0) origin = {"XXA", "999", ""};
  return origin;
}

Order arbitrary_order() {
  const Origin origin = arbitrary_origin();
  const identity::Date born = arbitrary_date(1930, 2020);
  const std::string province = *rc::gen::element<std::string>("11", "31", "44", "65", "82");
  std::string number =
      "9" + province + origin.numeric + born.yyyymmdd() + digits(*rc::gen::inRange(0, 1000), 3);
  number += identity::check_character_18(number);
  Order order;
  order.id = "T-" + std::to_string(*rc::gen::inRange(1, 1000));
  order.profile = "prc-2023";
  order.reason = Reason::renewal;
  order.fields = {{"latin_name", arbitrary_name()},
                  {"sex", *rc::gen::element<std::string>("M", "F")},
                  {"birth_date", born.to_text()},
                  {"nationality", origin.nationality},
                  {"number", number},
                  {"issued", arbitrary_date(2021, 2090).to_text()},
                  {"replacements", digits(*rc::gen::inRange(0, 100), 2)}};
  if (*rc::gen::arbitrary<bool>()) order.fields["chinese_name"] = arbitrary_chinese_name();
  if (!origin.first.empty() && *rc::gen::arbitrary<bool>()) {
    std::string old = origin.first + province + digits(*rc::gen::inRange(0, 100), 2) + born.yymmdd() +
                      digits(*rc::gen::inRange(0, 10), 1);
    order.fields["previous_number"] = old + identity::check_character_15(old);
  }
  static const Bytes portrait = read_bytes(sample_folder() / "01.jpg");
  order.portrait = portrait;
  fill_in(order, edition(), now, random());
  return order;
}

std::string optional_field(const Order& order, const std::string& name) {
  const auto found = order.fields.find(name);
  return found == order.fields.end() ? "" : found->second;
}

std::vector<std::string> words_of(std::string part) {
  std::erase(part, '\'');
  std::ranges::replace(part, '-', ' ');
  std::vector<std::string> words;
  std::istringstream in(part);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// As a machine readable zone may have cut it: each word begins as it should, the first ones are there.
bool begins(const std::string& cut, const std::string& whole) {
  const auto short_words = words_of(cut), words = words_of(whole);
  if (short_words.size() > words.size()) return false;
  for (std::size_t i = 0; i < short_words.size(); ++i)
    if (!words[i].starts_with(short_words[i])) return false;
  return true;
}

void same_record(const Order& order, ByteView record) {
  const identity::DecodedRecord read = identity::decode_record(record);
  const auto day = [&](const char* field) {
    return identity::Date::parse(order.fields.at(field))->yyyymmdd();
  };
  const auto text = [&](std::string_view field) { return std::string(read.text(field)); };
  RC_ASSERT(read.edition == identity::RecordEdition::prc_2023);
  RC_ASSERT(text("chinese_name") == optional_field(order, "chinese_name"));
  RC_ASSERT(text("sex") == (order.fields.at("sex") == "M" ? "1" : "2"));
  RC_ASSERT(text("replacements") == order.fields.at("replacements"));
  RC_ASSERT(text("born") == day("birth_date"));
  RC_ASSERT(text("latin_name") ==
            identity::record_form(identity::parse_latin_name(order.fields.at("latin_name"))));
  RC_ASSERT(text("number") == order.fields.at("number"));
  RC_ASSERT(text("issued") == day("issued"));
  RC_ASSERT(text("expires") == day("expires"));
  RC_ASSERT(text("nationality") == order.fields.at("nationality"));
  // Where the nationality has changed, readers would recover another number: they get none.
  const std::string old =
      identity::nationality_since(order.number(edition()), order.fields.at("nationality")) !=
              identity::NationalitySince::same
          ? ""
          : optional_field(order, "previous_number");
  RC_ASSERT(read.previous_number.value_or("") == old);
}

void same_zone(const Order& order, const Plan& plan) {
  const identity::Mrz zone = identity::parse_mrz(lds::parse_dg1(*file_of(plan, "EF.DG1").contents));
  const auto day = [&](const char* field) { return identity::Date::parse(order.fields.at(field))->yymmdd(); };
  RC_ASSERT(zone.fields.number == order.fields.at("number"));
  RC_ASSERT(zone.fields.birth == day("birth_date"));
  RC_ASSERT(zone.fields.expiry == day("expires"));
  RC_ASSERT(std::string(1, zone.fields.sex) == order.fields.at("sex"));
  RC_ASSERT(identity::alpha_3_of(zone.fields.nationality) == order.fields.at("nationality"));

  const identity::LatinName name = identity::parse_latin_name(order.fields.at("latin_name"));
  RC_ASSERT(begins(zone.fields.name.primary, name.primary));
  RC_ASSERT(begins(zone.fields.name.secondary, name.secondary));
  const std::string whole = identity::mrz_name(name);
  if (whole.size() <= identity::mrz_name_width(identity::MrzForm::td1))
    RC_ASSERT(identity::mrz_name(zone.fields.name) == whole);
  // 5F0E is followed by its length, which is below 80.
  const std::string element = "\x5F\x0E" + std::string(1, static_cast<char>(whole.size())) + whole;
  RC_ASSERT(as_text(*file_of(plan, "EF.DG11").contents).find(element) != std::string::npos);
}

void same_holder(const Order& order) {
  const Plan plan = first_phase(order);
  same_record(order, *file_of(plan, "TEXT").contents);
  same_zone(order, plan);
}

}  // namespace

TEST_CASE("a checked order and its card say the same") {
  CHECK(rc::check("the record and the zone decode to the holder of the order", [] {
    const Order order = arbitrary_order();
    check(order, edition(), "here");
    same_holder(order);
  }));
}

TEST_CASE("an order with one character changed makes its own card or none") {
  CHECK(rc::check("check() lets nothing pass that the encoders cannot write", [] {
    Order order = arbitrary_order();
    auto field = order.fields.begin();
    std::advance(field,
                 *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(order.fields.size())));
    if (!field->second.empty())
      field->second[*rc::gen::inRange<std::size_t>(0, field->second.size())] = *rc::gen::arbitrary<char>();
    try {
      check(order, edition(), "here");
    } catch (const Error& error) {
      RC_ASSERT(error.code() == Code::order_invalid);
      return;
    }
    same_holder(order);
  }));
}

}  // namespace perso::plan
