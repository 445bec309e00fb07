// The shipped batches: what they are there to show, and that each order makes a card.
#include <algorithm>
#include <set>

#include "identity/mrz.hpp"
#include "identity/name.hpp"
#include "identity/number.hpp"
#include "identity/text.hpp"
#include "lds/dg1.hpp"
#include "plan/fixture.hpp"

namespace perso::plan {

using namespace test;

namespace {

std::vector<Order> orders_of(const std::filesystem::path& file, const profile::Profile& profile) {
  std::vector<Order> orders;
  read_batch(file, intake(profile), [&](Order&& order) { orders.push_back(std::move(order)); });
  return orders;
}

identity::LatinName name_of(const Order& order) {
  return identity::parse_latin_name(order.fields.at("latin_name"));
}

}  // namespace

TEST_CASE("the sample batch shows what an authority meets") {
  const std::vector<Order> orders = orders_of(sample_folder() / "orders.csv", edition());
  REQUIRE(orders.size() == 20);
  std::set<std::string> ids, numbers;
  for (const Order& order : orders) {
    ids.insert(order.id);
    numbers.insert(order.number(edition()));
  }
  CHECK(ids.size() == 20);
  CHECK(numbers.size() == 20);

  const auto shows = [&](const char* what, const auto& holds) {
    CAPTURE(std::string(what));
    CHECK(std::ranges::any_of(orders, holds));
  };
  const auto text = [](const Order& order, const char* field) {
    const auto found = order.fields.find(field);
    return found == order.fields.end() ? std::string() : found->second;
  };
  shows("a number that ends in X", [](const Order& o) { return o.number(edition()).back() == 'X'; });
  shows("a holder under 18", [&](const Order& o) { return text(o, "expires").starts_with("2031"); });
  shows("a name of 46 characters",
        [](const Order& o) { return identity::record_form(name_of(o)).size() == 46; });
  shows("a name that the zone cuts",
        [](const Order& o) { return identity::mrz_name(name_of(o)).size() > 30; });
  shows("no Chinese name", [&](const Order& o) { return text(o, "chinese_name").empty(); });
  shows("a Chinese character of two units", [&](const Order& o) {
    const std::string name = text(o, "chinese_name");
    return identity::utf16_units(name) > identity::decode_utf8(name).size();
  });
  shows("a German", [&](const Order& o) { return text(o, "nationality") == "DEU"; });
  shows("a stateless person", [](const Order& o) {
    return o.fields.at("nationality") == "XXA" && o.number(edition()).substr(3, 3) == "999";
  });
  shows("born on a 29 February", [&](const Order& o) { return text(o, "birth_date").ends_with("-02-29"); });
  shows("a replaced card", [](const Order& o) { return o.reason == Reason::replacement; });
  shows("a nationality that changed, with a previous number", [&](const Order& o) {
    return !text(o, "previous_number").empty() &&
           identity::nationality_since(o.number(edition()), o.fields.at("nationality")) ==
               identity::NationalitySince::changed;
  });
  shows("letters beyond A to Z",
        [&](const Order& o) { return text(o, "latin_name").find("ß") != std::string::npos; });
}

TEST_CASE("every sample order of every profile makes a card") {
  const TestChip chip;
  for (const char* batch :
       {"prc-2023/sample/orders.csv", "prc-2017/sample/orders.csv", "icao-td1/sample/orders.json"}) {
    CAPTURE(std::string(batch));
    const std::filesystem::path file = profile_folder(batch);
    const profile::Profile profile = profile::load(file.parent_path().parent_path());
    const std::vector<Order> orders = orders_of(file, profile);
    CHECK(orders.size() >= 2);
    for (const Order& order : orders) {
      CAPTURE(order.id);
      const Plan plan = whole_plan(order, chip, profile);
      CHECK(plan.complete());
      const auto zone = identity::parse_mrz(lds::parse_dg1(*file_of(plan, "EF.DG1").contents));
      CHECK(zone.fields.number == order.number(profile));
    }
  }
}

}  // namespace perso::plan
