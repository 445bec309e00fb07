// What is wrong with an order on the day on which it is taken in.
#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

/// "FIELD FAULT" of each fault.
std::string told(const Order& order, Instant on, const profile::Profile& profile) {
  std::string all;
  for (const Fault& fault : faults_at_intake(order, profile, on)) all += fault.field + ' ' + fault.text + '|';
  return all;
}

/// 00:00 in China.
Instant china(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) -
         std::chrono::hours(8);
}

}  // namespace

TEST_CASE("a card that has expired is made as a sample alone") {
  Order order = good_order();  // expires on 2036-10-12
  const Instant last_second = china(2036, 10, 13) - std::chrono::seconds(1), over = china(2036, 10, 13);
  CHECK(told(order, last_second, edition()).empty());
  CHECK(told(order, over, edition()) == "expires has passed already; correct it, or give the reason sample|");
  order.reason = Reason::sample;
  CHECK(told(order, over, edition()).empty());
}

TEST_CASE("a card is issued a year ahead at most, but for a sample") {
  Order order = good_order();  // issued on 2026-10-12
  CHECK(told(order, china(2025, 10, 11), edition()).empty());
  CHECK(told(order, china(2025, 10, 10), edition()) ==
        "issued lies more than 366 days ahead; correct it, or give the reason sample|");
  order.reason = Reason::sample;
  CHECK(told(order, china(2025, 10, 10), edition()).empty());
  CHECK(told(order, china(2000, 1, 1), edition()).empty());
}

TEST_CASE("a holder is born, and not before 1900") {
  const profile::Profile permit = profile::load(profile_folder("icao-td1"));
  Order order;
  order.id = "T-1";
  order.profile = "icao-td1";
  order.fields = {{"name", "DUBOIS, PAUL"},     {"sex", "M"},
                  {"birth_date", "1900-01-01"}, {"nationality", "FRA"},
                  {"number", "P26100041"},      {"issued", "2026-11-22"},
                  {"expires", "2032-05-10"}};
  order.portrait = read_bytes(profile_folder("icao-td1") / "sample/01.jpg");
  CHECK(told(order, now, permit).empty());
  constexpr const char* says = "birth_date lies before 1900 or in the future; correct it|";
  order.fields["birth_date"] = "1899-12-31";
  CHECK(told(order, now, permit) == says);
  order.fields["birth_date"] = order.fields["issued"] = "2026-11-23";
  CHECK(told(order, now, permit) == says);
  // Without a validity of its own the zone tells which date is the last.
  order.fields["birth_date"] = "1978-04-02";
  order.fields["issued"] = "2016-05-10";
  order.fields["expires"] = "2026-11-21";
  CHECK(told(order, now, permit).starts_with("expires has passed already"));
  order.fields["expires"] = "2026-11-22";
  CHECK(told(order, now, permit).empty());
}

}  // namespace perso::plan
