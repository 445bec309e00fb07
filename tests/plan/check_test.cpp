#include <algorithm>

#include "identity/number.hpp"
#include "identity/text.hpp"
#include "plan/fixture.hpp"
#include "plan/values.hpp"

namespace perso::plan {

using test::edition;
using test::error_of;
using test::good_order;
using test::now;
using test::random;

TEST_CASE("a good order passes") {
  CHECK_NOTHROW(check(good_order(), edition(), "here"));
  Order order = good_order();
  order.fields.erase("chinese_name");
  order.fields.erase("previous_number");
  CHECK_NOTHROW(check(order, edition(), "here"));
}

TEST_CASE("each fault names its field, says how to mend it, and shows no value") {
  struct Broken {
    const char* field;
    const char* value;  // empty: left out
    const char* says;
  };
  const Broken faults[] = {
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
      {"nationality", "XYZ", "is no country of ISO 3166-1 and no code of ICAO"},
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
  for (const Broken& fault : faults) {
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
                        {"x-730416", "access_number"},
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

TEST_CASE("an order's id tells no name as the card spells it, and may have a short number by chance") {
  Order order = good_order();
  order.fields["latin_name"] = "SØRENSEN, ÆGIR";
  for (const char* id : {"SOERENSEN-1", "aegir.7"}) {
    order.id = id;
    CHECK(error_of([&] { check(order, edition(), "here"); }).message().find("something of latin_name") !=
          std::string::npos);
  }
  profile::Profile badge = profile::load(test::profile_folder("icao-td1"));
  order.id = "EMP-2026-12345";
  order.fields = {{"number", "12345"}};
  CHECK_FALSE(field_told_by_id(order, badge));
  order.fields = {{"number", "612345"}};
  order.id = "EMP-612345";
  CHECK(field_told_by_id(order, badge) == "number");
}

TEST_CASE("a replacement has not the count of a first issue") {
  Order order = good_order();
  order.reason = Reason::replacement;
  CHECK_NOTHROW(check(order, edition(), "here"));
  order.fields["replacements"] = "00";
  CHECK(error_of([&] { check(order, edition(), "here"); }).message() ==
        "here, field replacements is that of a first issue, and the card replaces one; correct it or the "
        "reason");
}

TEST_CASE("a country without a number where the card has it in numbers") {
  const auto faults_of_country = [](const char* country, const profile::Profile& profile) {
    Order order = good_order();
    order.fields["nationality"] = country;
    return std::ranges::count(faults_of(order, profile), "nationality", &Fault::field);
  };
  profile::Profile numbers = edition();
  for (profile::Application& application : numbers.applications)
    for (profile::File& file : application.files)
      if (auto* record = std::get_if<profile::Record>(&file.content))
        for (profile::RecordField& place : record->fields)
          if (place.value.field == "nationality") place.value.as = profile::Spelling::numeric;
  CHECK(faults_of_country("KAZ", numbers) == 0);
  CHECK(faults_of_country("XXA", numbers) == 0);  // the profile gives it one
  CHECK(faults_of_country("RKS", numbers) == 1);
  CHECK(faults_of_country("XXB", numbers) == 1);
}

TEST_CASE("a previous number, and what readers recover") {
  struct Case {
    const char *nationality, *previous;
    bool good;
  };
  const Case cases[] = {
      {"KAZ", "KAZ110090012308", true},
      {"UZB", "KAZ110090012308", true},   // changed since: nothing stands on the card
      {"KAZ", "UZB110090012305", false},  // never had that nationality
      {"KAZ", "KAZ310090012308", false},  // another province
  };
  for (const Case& one : cases) {
    CAPTURE(std::string(one.nationality));
    CAPTURE(std::string(one.previous));
    Order order = good_order();
    order.fields["nationality"] = one.nationality;
    std::string previous(one.previous, 14);
    previous += identity::check_character_15(previous);
    order.fields["previous_number"] = previous;
    const auto faults = faults_of(order, edition());
    CHECK(faults.empty() == one.good);
    if (one.good || faults.empty()) continue;
    CHECK(faults.size() == 1);
    CHECK(faults[0].field == "previous_number");
    CHECK(faults[0].text.starts_with("cannot be recovered by readers"));
  }
  Order changed = good_order();
  changed.fields["nationality"] = "UZB";
  const Plan plan = test::first_phase(changed);
  const Bytes& record = *test::file_of(plan, "TEXT").contents;
  CHECK(identity::utf8_from_utf16le(slice(record, 250, 6)) == "   ");
}

TEST_CASE("all faults of an order are told, each once") {
  Order order = good_order();
  order.id = "T 1";
  order.fields["sex"] = "X";
  order.fields["number"] = "911398199001230182";  // and with it nothing is compared
  order.fields["issued"] = "1989-01-01";
  order.fields.erase("latin_name");
  order.portrait.resize(100);
  const auto faults = faults_of(order, edition());
  std::string fields;
  for (const Fault& fault : faults) fields += fault.field + " ";
  CHECK(fields == "order latin_name sex number birth_date expires portrait ");
  const Error error = error_of([&] { check(order, edition(), "here"); });
  CHECK(error.code() == Code::order_invalid);
  CHECK(std::ranges::count(error.message(), '\n') == static_cast<int>(faults.size()) - 1);
  CHECK(error.message().find("\nhere, field sex is neither M nor F") != std::string::npos);
}

TEST_CASE("text, access numbers and dates by the profile's rules") {
  const profile::Profile edition_2017 = profile::load(test::profile_folder("prc-2017"));
  const profile::Profile permit = profile::load(test::profile_folder("icao-td1"));
  Order card;
  card.id = "T-1";
  card.profile = "prc-2017";
  card.fields = {{"latin_name", "DUBOIS, PAUL"}, {"sex", "M"},
                 {"birth_date", "1978-04-02"},   {"nationality", "FRA"},
                 {"number", "FRA310078040221"},  {"issued", "2022-05-10"},
                 {"expires", "2032-05-10"},      {"authority", "3100"}};
  card.portrait = good_order().portrait;
  Order document;
  document.id = "T-2";
  document.profile = "icao-td1";
  document.fields = {{"name", "DUBOIS, PAUL"},     {"sex", "M"},
                     {"birth_date", "1978-04-02"}, {"nationality", "FRA"},
                     {"number", "P26100041"},      {"issued", "2022-05-10"},
                     {"expires", "2032-05-10"},    {"birth_place", "LYON<FRANCE"}};
  document.portrait = test::read_bytes(test::profile_folder("icao-td1") / "sample/01.jpg");
  struct Case {
    const Order& order;
    const profile::Profile& profile;
    const char *field, *value, *says;  // empty: good
  };
  const Order plain = good_order();
  const Case cases[] = {
      {card, edition_2017, "authority", "3100", ""},
      {card, edition_2017, "authority", "31000", "has 5 characters, and the card room for 4"},
      {card, edition_2017, "authority", "310", "has 3 characters, and 4 are the least"},
      {card, edition_2017, "authority", "31A0", "has a character that the profile does not allow"},
      {card, edition_2017, "birth_date", "2022-05-11", ""},
      {document, permit, "number", "P26100041", ""},
      {document, permit, "number", "P261000412", "has 10 characters, and the card room for 9"},
      {document, permit, "number", "p26100041", "has a character"},
      {document, permit, "birth_place", "S\xC3\xA3o Paulo", "has a character"},
      {document, permit, "expires", "2022-05-09", "lies before issued"},
      {document, permit, "expires", "2022-05-10", ""},
      {document, permit, "birth_date", "2022-05-11", "lies after issued"},
      {document, permit, "nationality", "XXA", ""},
      {document, permit, "nationality", "UNO", ""},
      {document, permit, "nationality", "UTO", "is no country"},
      {document, permit, "nationality", "D", "is no country"},
      {plain, edition(), "access_number", "000000", ""},
      {plain, edition(), "access_number", "12345", "is not 6 digits"},
      {plain, edition(), "access_number", "12345a", "is not 6 digits"},
  };
  for (const Case& one : cases) {
    CAPTURE(std::string(one.field));
    CAPTURE(std::string(one.value));
    Order order = one.order;
    order.fields[one.field] = one.value;
    std::string told;
    for (const Fault& fault : faults_of(order, one.profile))
      if (fault.field == one.field) told += fault.text;
    if (*one.says == '\0' && std::string(one.field) != "birth_date")
      CHECK_MESSAGE(told.empty(), told);
    else
      CHECK_MESSAGE(told.find(one.says) != std::string::npos, told);
    if (std::string(one.value).size() > 3) CHECK(told.find(one.value) == std::string::npos);
  }
}

TEST_CASE("a number with a code of the profile's own") {
  Order order = good_order();
  order.fields.erase("previous_number");
  order.fields["nationality"] = "XXA";
  std::string number = "91199919900123018";
  order.fields["number"] = number + identity::check_character_18(number);
  CHECK_NOTHROW(check(order, edition(), "here"));
  profile::Profile without = edition();
  for (profile::Field& field : without.holder) field.numeric.clear();
  CHECK(error_of([&] { check(order, without, "here"); }).message().find("field number") != std::string::npos);
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
      fill_in(order, profile, now, random());
      CHECK(order.fields.at("expires") == std::string(same_day ? one.ends_same_day : one.ends_day_before));
    }
  }
}

TEST_CASE("a card is not issued before its holder is born") {
  Order order = good_order();
  order.fields["issued"] = "1989-01-01";
  order.fields.erase("expires");
  fill_in(order, edition(), now, random());
  const Error error = error_of([&] { check(order, edition(), "here"); });
  CHECK(error.message().find("field birth_date lies after issued") != std::string::npos);
  CHECK(error.message().find("field expires counts from issued, which lies before birth_date") !=
        std::string::npos);
}

TEST_CASE("portraits are judged by the profile's limits") {
  const auto told = [](const Bytes& portrait) {
    Order order = good_order();
    order.portrait = portrait;
    const Error error = error_of([&] { check(order, edition(), "here"); });
    CHECK(error.code() == Code::portrait_invalid);
    CHECK_MESSAGE(error.message().starts_with("here, field portrait cannot be taken: "), error.message());
    return error.message();
  };
  const Bytes good = good_order().portrait;
  told(Bytes(good.begin(), good.end() - 200));
  told(Bytes(100, 0));
  Bytes padded = good;
  padded.resize((1 << 20) + 1);
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
