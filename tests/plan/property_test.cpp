// Any order that passes its check makes a card from which the same holder is read.
#include <rapidcheck.h>

#include "identity/country.hpp"
#include "identity/date.hpp"
#include "identity/mrz.hpp"
#include "identity/name.hpp"
#include "identity/number.hpp"
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

std::string arbitrary_name() {
  std::string name = arbitrary_word(1, 12);
  if (*rc::gen::arbitrary<bool>())
    name += (*rc::gen::element<std::string>(" ", "-", "'")) + arbitrary_word(1, 8);
  for (int words = *rc::gen::inRange(0, 3); words > 0; --words)
    name += (name.find(',') == std::string::npos ? ", " : " ") + arbitrary_word(1, 8);
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

Order arbitrary_order() {
  const identity::Country country =
      identity::countries()[*rc::gen::inRange<std::size_t>(0, identity::countries().size())];
  const identity::Date born = arbitrary_date(1930, 2020);
  const std::string province = *rc::gen::element<std::string>("11", "31", "44", "65", "82");
  const std::string alpha_3(country.alpha_3);
  std::string number =
      "9" + province + digits(country.numeric, 3) + born.yyyymmdd() + digits(*rc::gen::inRange(0, 1000), 3);
  number += identity::check_character_18(number);
  Order order;
  order.id = "T-" + std::to_string(*rc::gen::inRange(1, 1000));
  order.profile = "prc-2023";
  order.reason = Reason::renewal;
  order.fields = {{"latin_name", arbitrary_name()},
                  {"sex", *rc::gen::element<std::string>("M", "F")},
                  {"birth_date", born.to_text()},
                  {"nationality", alpha_3},
                  {"number", number},
                  {"issued", arbitrary_date(2021, 2090).to_text()},
                  {"replacements", digits(*rc::gen::inRange(0, 100), 2)}};
  if (*rc::gen::arbitrary<bool>()) order.fields["chinese_name"] = arbitrary_chinese_name();
  if (*rc::gen::arbitrary<bool>()) {
    std::string old = alpha_3 + province + digits(*rc::gen::inRange(0, 100), 2) + born.yymmdd() +
                      digits(*rc::gen::inRange(0, 10), 1);
    order.fields["previous_number"] = old + identity::check_character_15(old);
  }
  order.portrait = read_bytes(sample_folder() / "01.jpg");
  fill_in(order, edition());
  return order;
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string optional_field(const Order& order, const std::string& name) {
  const auto found = order.fields.find(name);
  return found == order.fields.end() ? "" : found->second;
}

void same_holder(const Order& order) {
  const Plan plan = compile(edition(), order);
  const Bytes record = *file_of(plan, "TEXT").contents;
  const auto text = [&](std::size_t at, std::size_t bytes) {
    return identity::utf8_from_utf16le(slice(record, at, bytes));
  };
  const auto date = [&](const char* field) {
    return identity::Date::parse(order.fields.at(field))->yyyymmdd();
  };
  RC_ASSERT(record.size() == 256u);
  RC_ASSERT(trimmed(text(0, 30)) == optional_field(order, "chinese_name"));
  RC_ASSERT(text(30, 2) == (order.fields.at("sex") == "M" ? "1" : "2"));
  RC_ASSERT(text(32, 4) == order.fields.at("replacements"));
  RC_ASSERT(text(36, 16) == date("birth_date"));
  RC_ASSERT(trimmed(text(52, 70) + text(220, 22)) ==
            identity::record_form(identity::parse_latin_name(order.fields.at("latin_name"))));
  RC_ASSERT(text(122, 36) == order.fields.at("number"));
  RC_ASSERT(text(188, 16) == date("issued"));
  RC_ASSERT(text(204, 16) == date("expires"));
  RC_ASSERT(text(242, 6) == order.fields.at("nationality"));
  RC_ASSERT(text(248, 2) == "Y");
  const std::string old = optional_field(order, "previous_number");
  RC_ASSERT((old.empty() ? trimmed(text(250, 6))
                         : identity::previous_number(text(122, 36), text(242, 6), text(250, 6))) == old);

  const identity::Td1 zone = identity::parse_td1(lds::parse_dg1(*file_of(plan, "EF.DG1").contents));
  RC_ASSERT(zone.number == order.fields.at("number"));
  RC_ASSERT(zone.birth == date("birth_date").substr(2));
  RC_ASSERT(zone.expiry == date("expires").substr(2));
  RC_ASSERT(std::string(1, zone.sex) == order.fields.at("sex"));
  RC_ASSERT(zone.nationality ==
            (order.fields.at("nationality") == "DEU" ? "D" : order.fields.at("nationality")));
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
