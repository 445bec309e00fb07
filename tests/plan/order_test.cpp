#include "plan/order.hpp"

#include "plan/fixture.hpp"

namespace perso::plan {

using test::edition;
using test::error_of;
using test::good_order;

TEST_CASE("an order comes back from its encoding") {
  for (const Reason reason : {Reason::first_issue, Reason::renewal, Reason::replacement, Reason::sample}) {
    Order order = good_order();
    order.reason = reason;
    const Order back = Order::decode(order.encode());
    CHECK(back.id == order.id);
    CHECK(back.profile == order.profile);
    CHECK(back.reason == reason);
    CHECK(back.fields == order.fields);
    CHECK(back.portrait == order.portrait);
    CHECK(reason_named(name_of(reason)) == reason);
  }
  CHECK(Order::decode(Order{}.encode()).fields.empty());
  CHECK_FALSE(reason_named("gift"));
}

TEST_CASE("the encoding is the one that ledgers hold") {
  Order order;
  order.id = "A";
  order.profile = "p";
  order.fields = {{"a", "1"}, {"b", ""}};
  order.portrait = {0xFF, 0xD8};
  CHECK(to_hex(order.encode().expose()) ==
        "01"
        "0000000141"
        "0000000170"
        "0000000B66697273742D6973737565"
        "00000002"
        "00000001610000000131"
        "000000016200000000"
        "00000002FFD8");
}

TEST_CASE("anything that encode does not make is refused") {
  Order order = good_order();
  order.portrait = {1, 2, 3};
  const Secret encoded = order.encode();
  const Bytes good(encoded.expose().begin(), encoded.expose().end());
  const auto refused = [](Bytes bytes) {
    return error_of([&] { Order::decode(Secret(std::move(bytes))); }).code() == Code::malformed;
  };
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(refused(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(refused(longer));
  Bytes newer = good;
  newer[0] = 2;
  CHECK(refused(newer));

  const Bytes head = from_hex("01000000014100000001700000000B66697273742D6973737565");
  const auto with = [&](const char* rest) { return concat({head, from_hex(rest)}); };
  CHECK_FALSE(error_of([&] { Order::decode(Secret(with("00000000"))); }).message().empty());
  CHECK(refused(with("FFFFFFFF")));                                              // more fields than bytes
  CHECK(refused(with("0000000200000001620000000000000001610000000000000000")));  // fields out of order
  CHECK(refused(with("0000000200000001610000000000000001610000000000000000")));  // the same field twice
  CHECK(refused(with("00000000FFFFFFFF00")));  // a portrait longer than the bytes
  CHECK(
      refused(from_hex("01000000014100000001700000000478787878"
                       "0000000000000000")));  // reason "xxxx"
}

TEST_CASE("number, replacement count and access number are those of the profile's fields") {
  CHECK(good_order().number(edition()) == "911398199001230181");
  CHECK(good_order().replacement(edition()) == "01");
  CHECK(good_order().access_number(edition()) == "730416");
  CHECK(Order{}.number(edition()).empty());
  CHECK(Order{}.access_number(edition()).empty());
  profile::Profile bare;
  bare.number = "number";
  CHECK(good_order().number(bare) == "911398199001230181");
  CHECK(good_order().replacement(bare).empty());
}

}  // namespace perso::plan
