#include "plan/fixture.hpp"
#include "plan/order.hpp"

namespace perso::plan {

using test::edition;
using test::error_of;
using test::good_order;

TEST_CASE("a good order passes") {
  CHECK_NOTHROW(check(good_order(), edition(), "here"));
  Order order = good_order();
  order.fields.erase("chinese_name");
  order.fields.erase("previous_number");
  CHECK_NOTHROW(check(order, edition(), "here"));
}

TEST_CASE("each fault names its field, says how to mend it, and shows no value") {
  struct Fault {
    const char* field;
    const char* value;  // empty: left out
    const char* says;
  };
  const Fault faults[] = {
      {"latin_name", "", "is missing; fill it in"},
      {"latin_name", "akhmetova, aigerim", "other than A to Z"},
      {"latin_name", "AKHMETOVA,AIGERIM", "comma without a blank"},
      {"latin_name", "ABCDEFGHIJKLMNOPQRSTUVWXYZ, ABCDEFGHIJKLMNOPQRST",
       "has 47 characters, and the card room for 46"},
      {"chinese_name", "艾达 白", ""},
      {"chinese_name", "\xE8\x89", "UTF-8"},
      {"chinese_name", "白白白白白白白白白白白白白白白白", "has 16 characters, and the card room for 15"},
      {"sex", "X", "neither M nor F"},
      {"birth_date", "1990-02-30", "is no day of the calendar"},
      {"birth_date", "23.01.1990", "write YYYY-MM-DD"},
      {"birth_date", "1990-01-24", ""},  // told at the number or at the previous one
      {"nationality", "XYZ", "is no country of ISO 3166-1"},
      {"nationality", "KZ", "is no country of ISO 3166-1"},
      {"number", "91139819900123018X", ""},
      {"number", "91139819900123018", "has 17 characters instead of 18"},
      {"number", "932682198501010017", "bears a date that contradicts birth_date"},
      {"issued", "2026-13-01", "is no day of the calendar"},
      {"issued", "1989-01-01", ""},
      {"expires", "2036-10-11", "is not the end of the validity"},
      {"expires", "2031-10-12", "is not the end of the validity"},
      {"replacements", "1", "is not 2 digits"},
      {"replacements", "", "is missing"},
      {"previous_number", "KAZ110090012309", ""},
      {"previous_number", "KAZ110090123105", "bears a date that contradicts birth_date"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(std::string(fault.field));
    CAPTURE(std::string(fault.value));
    Order order = good_order();
    if (*fault.value == '\0')
      order.fields.erase(fault.field);
    else
      order.fields[fault.field] = fault.value;
    const Error error = error_of([&] { check(order, edition(), "batch.csv row 7 (T-1)"); });
    CHECK(error.code() == Code::order_invalid);
    const std::string& message = error.message();
    CHECK_MESSAGE(message.starts_with("batch.csv row 7 (T-1), field "), message);
    if (*fault.says != '\0')
      CHECK_MESSAGE(message.starts_with("batch.csv row 7 (T-1), field " + std::string(fault.field) + ' '),
                    message);
    CHECK_MESSAGE(message.find(fault.says) != std::string::npos, message);
    CHECK_MESSAGE(message.find("; ") != std::string::npos, message);
    for (const auto& [name, value] : order.fields)
      if (value.size() > 3) CHECK_MESSAGE(message.find(value) == std::string::npos, message);
  }
}

TEST_CASE("what belongs to no order") {
  const auto told = [](const Order& order) {
    return error_of([&] { check(order, edition(), "here"); }).message();
  };
  for (const char* id :
       {"", "a b", "a/b", "\xC3\xA4", "0123456789012345678901234567890123456789012345678901234567890123x"}) {
    Order order = good_order();
    order.id = id;
    CHECK(told(order).starts_with("here, field order is not 1 to 64"));
  }
  Order other = good_order();
  other.profile = "prc-2017";
  CHECK(told(other).find("field profile is not the one that the order is checked against") !=
        std::string::npos);
  Order more = good_order();
  more.fields["shoe_size"] = "44";
  CHECK(told(more).find("a field that the profile does not know") != std::string::npos);
  Order faceless = good_order();
  faceless.portrait.clear();
  CHECK(told(faceless) == "here, field portrait is missing; fill it in");
  Order first = good_order();
  first.reason = Reason::first_issue;
  CHECK(told(first).find("field replacements is not 00 on a first issue") != std::string::npos);
}

TEST_CASE("an order's id tells nothing of the holder") {
  struct Case {
    const char *id, *field;  // no field: the id may be taken
  };
  const Case cases[] = {{"911398199001230181", "number"},
                        {"A-911398199001230181.1", "number"},
                        {"kaz110090012308", "previous_number"},
                        {"AKHMETOVA-1", "latin_name"},
                        {"1_suleimenova", "latin_name"},
                        {"xAigerimx", "latin_name"},
                        {"91139819900123018", nullptr},
                        {"AKHMETOV-1", nullptr},
                        {"LEE-1", nullptr}};
  for (const Case& one : cases) {
    CAPTURE(std::string(one.id));
    Order order = good_order();
    order.fields["latin_name"] = "AKHMETOVA-SULEIMENOVA, AIGERIM LEE";
    order.id = one.id;
    if (one.field == nullptr) {
      CHECK_NOTHROW(check(order, edition(), "here"));
      continue;
    }
    const Error error = error_of([&] { check(order, edition(), "here"); });
    CHECK(error.code() == Code::order_invalid);
    CHECK(error.message() == "here, field order repeats something of " + std::string(one.field) +
                                 "; choose an id that tells nothing of the holder");
  }
}

TEST_CASE("a previous number that readers would recover otherwise is refused") {
  Order order = good_order();
  order.fields["nationality"] =
      "UZB";  // the number still says Kazakhstan: that is allowed, the old number is not recoverable
  const Error error = error_of([&] { check(order, edition(), "here"); });
  CHECK(error.message().find("field previous_number cannot be recovered by readers") != std::string::npos);
  order.fields.erase("previous_number");
  CHECK_NOTHROW(check(order, edition(), "here"));
}

TEST_CASE("validity by age, and its last day") {
  struct Case {
    const char *born, *issued, *ends_same_day, *ends_day_before;
  };
  const Case cases[] = {
      {"1990-01-23", "2026-10-12", "2036-10-12", "2036-10-11"},
      {"2008-10-12", "2026-10-12", "2036-10-12", "2036-10-11"},  // 18 today
      {"2008-10-13", "2026-10-12", "2031-10-12", "2031-10-11"},  // 18 tomorrow
      {"1990-01-23", "2026-01-01", "2036-01-01", "2035-12-31"},
      {"1990-01-23", "2024-02-29", "2034-02-28",
       "2034-02-28"},  // no anniversary: the day before it either way
      {"1990-01-23", "2026-03-01", "2036-03-01", "2036-02-29"},
      {"2008-02-29", "2026-02-28", "2036-02-28", "2036-02-27"},  // 18 on 28 February of a common year
  };
  for (const Case& one : cases) {
    for (const bool same_day : {true, false}) {
      profile::Profile profile = edition();
      for (profile::Field& field : profile.holder)
        if (field.validity)
          field.validity->ends = same_day ? profile::LastDay::same_day : profile::LastDay::day_before;
      Order order;
      order.fields = {{"birth_date", one.born}, {"issued", one.issued}};
      fill_in(order, profile);
      CHECK(order.fields.at("expires") == std::string(same_day ? one.ends_same_day : one.ends_day_before));
    }
  }
}

TEST_CASE("a card is not issued before its holder is born") {
  Order order = good_order();
  order.fields["issued"] = "1989-01-01";
  order.fields.erase("expires");
  fill_in(order, edition());
  const Error error = error_of([&] { check(order, edition(), "here"); });
  CHECK(error.message().find("field expires counts from issued, which lies before birth_date") !=
        std::string::npos);
}

TEST_CASE("only what was left out is filled in") {
  Order order = good_order();
  order.fields["expires"] = "2030-01-01";
  fill_in(order, edition());
  CHECK(order.fields["expires"] == "2030-01-01");
  CHECK(order.fields["replacements"] == "01");

  Order first;
  first.fields["issued"] = "2026-10-12";
  fill_in(first, edition());
  CHECK(first.fields["replacements"] == "00");
  CHECK_FALSE(first.fields.contains("expires"));  // no birth date to tell the age by
  Order renewal;
  renewal.reason = Reason::renewal;
  fill_in(renewal, edition());
  CHECK(renewal.fields.empty());
}

TEST_CASE("portraits are judged by the profile's limits") {
  const auto told = [](const Bytes& portrait) {
    Order order = good_order();
    order.portrait = portrait;
    const Error error = error_of([&] { check(order, edition(), "here"); });
    CHECK(error.code() == Code::portrait_invalid);
    CHECK_MESSAGE(error.message().starts_with("here, field portrait: the portrait "), error.message());
    return error.message();
  };
  const Bytes good = good_order().portrait;
  told(Bytes(good.begin(), good.end() - 200));
  told(Bytes(100, 0));
  Bytes padded = good;
  padded.resize(20481);
  told(padded);

  // 10,000 by 10,000 pixels, said by the header alone.
  Bytes huge = good;
  const Bytes frame{0xFF, 0xC0, 0x00, 0x11, 0x08};
  const auto at = std::search(huge.begin(), huge.end(), frame.begin(), frame.end());
  REQUIRE(at != huge.end());
  at[5] = at[7] = 0x27;
  at[6] = at[8] = 0x10;
  told(huge);
}

}  // namespace perso::plan
