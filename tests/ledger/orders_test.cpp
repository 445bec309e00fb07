// Orders come in whole or not at all, are never taken twice, and their holders can be forgotten.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "ledger/station.hpp"

namespace perso::ledger::test {

using run::Outcome;

TEST_CASE("a batch comes in whole") {
  Station station(5);
  std::vector<std::string> ids;
  station.ledger->list_orders([&](const OrderLine& line) {
    ids.push_back(line.id);
    CHECK(line.batch == "batch-1");
    CHECK(line.profile == "test-edition");
    CHECK(line.state == "queued");
    CHECK(line.outcome_of_last_run.empty());
    CHECK(line.imported_at.rfind("2027-01-", 0) == 0);
    CHECK(line.failures == 0);
  });
  CHECK(ids == std::vector<std::string>{"O-1", "O-2", "O-3", "O-4", "O-5"});
}

TEST_CASE("what fails on its way in leaves nothing, however much was on the disk") {
  Station station(2);
  // 300 orders of 20 KB are more than one transaction takes.
  const int many = 300;
  CHECK_THROWS_AS(station.ledger->import("big", edition(),
                                         [&](const auto& take) {
                                           for (int n = 100; n < 100 + many; ++n) take(order(n, 20'000));
                                           throw std::runtime_error("row 301");
                                         }),
                  std::runtime_error);
  CHECK(station.ledger->totals().orders == 2);
  CHECK(code_of([&] { station.import("empty", 1, 0); }) == Code::order_invalid);
  CHECK_FALSE(station.ledger->verify().first_failure);
  station.import("big", 100, many, 20'000);
  CHECK(station.ledger->totals().orders == 2 + many);
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("a duplicate is named by its order, never by its number") {
  Station station(2);
  station.make(1, Outcome::issued);
  station.deliver();
  REQUIRE(station.ledger->forget(station.clock.now()) == 1);
  plan::Order same_number = order(1);
  same_number.id = "X-1";
  plan::Order same_id = order(50);
  same_id.id = "O-2";
  plan::Order next_card = order(1);
  next_card.id = "X-2";
  next_card.fields["replacement"] = "01";
  struct Case {
    const char* name;
    const char* batch;
    std::vector<plan::Order> orders;
    std::optional<Code> code;
    const char* names;
  };
  for (const Case& test : std::vector<Case>{
           {"a number that was issued and forgotten",
            "b",
            {order(60), same_number},
            Code::order_duplicate,
            "order X-1: its number with this replacement count belongs to order O-1"},
           {"an order id", "b", {same_id}, Code::order_duplicate, "order O-2 was imported before"},
           {"twice in the batch",
            "b",
            {order(61), order(61)},
            Code::order_duplicate,
            "order O-61 was imported before"},
           {"a batch", "batch-1", {order(62)}, Code::order_duplicate, "batch batch-1 was imported before"},
           {"the next card of the same holder", "b", {next_card}, std::nullopt, ""}}) {
    CAPTURE(std::string(test.name));
    const auto before = station.ledger->totals().orders;
    std::string message;
    CHECK(code_of(
              [&] {
                station.ledger->import(test.batch, edition(), [&](const auto& take) {
                  for (const auto& each : test.orders) take(plan::Order(each));
                });
              },
              &message) == test.code);
    CHECK(message == test.names);
    CHECK(message.find("93268") == std::string::npos);
    CHECK(station.ledger->totals().orders == before + (test.code ? 0 : 1));
  }
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("a holder is forgotten when the card was issued long enough ago, and no other") {
  Station station(4);
  station.make(1, Outcome::issued);
  station.make(2, Outcome::issued);
  const Instant between = station.clock.now();
  station.make(3, Outcome::issued);
  station.deliver();
  CHECK(station.ledger->forget(Instant{}) == 0);
  CHECK(station.ledger->forget(between) == 2);
  CHECK(station.ledger->forget(between) == 0);
  CHECK_FALSE(station.ledger->verify().first_failure);
  CHECK(station.ledger->take_order("test-edition")->id == "O-4");
  CHECK(station.ledger->keeps_promise(run_id(1), number_of(1), sod_digest(1)));
  station.close();
  Intruder intruder(station.file());
  CHECK(intruder.rows("SELECT group_concat(position) FROM order_keys")[0][0] == "3,4");
  CHECK(intruder.rows("SELECT group_concat(position) FROM holders")[0][0] == "3,4");
}

TEST_CASE("a forgotten holder's key is in no file any more") {
  Station station(1);
  station.make(1, Outcome::issued);
  station.open();
  station.close();
  Bytes wrapped;
  { wrapped = from_hex(Intruder(station.file()).rows("SELECT hex(wrapped) FROM order_keys")[0][0]); }
  const auto present = [&] {
    bool found = false;
    for (const auto& entry : std::filesystem::directory_iterator(station.folder.path)) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      found = found || bytes.find(as_text(wrapped)) != std::string::npos;
    }
    return found;
  };
  CHECK(present());
  station.open();
  station.deliver();
  REQUIRE(station.ledger->forget(station.clock.now()) == 1);
  CHECK_FALSE(present());
}

TEST_CASE("sealed holder data that was changed is not taken for an order") {
  Station station(2);
  station.close();
  {
    CHECK(Intruder(station.file())
              .run("UPDATE holders SET sealed = (SELECT sealed FROM holders WHERE position = 2) WHERE "
                   "position = 1"));
  }
  station.open();
  std::string message;
  CHECK(code_of([&] { station.ledger->take_order("test-edition"); }, &message) == Code::ledger_damaged);
  CHECK(message == "order O-1: its sealed holder data was changed");
}

namespace {

std::string base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 3 <= text.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return static_cast<unsigned>(static_cast<unsigned char>(text[i + k]));
    };
    const unsigned word = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int shift = 18; shift >= 0; shift -= 6) out.push_back(digits[(word >> shift) & 63]);
  }
  return out;
}

/// How a text may have been written down.
std::vector<std::string> spellings(const std::string& text) {
  std::string utf16;
  for (const char c : text) utf16 += {c, '\0'};
  std::string lower = to_hex(as_bytes(text));
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  std::vector<std::string> all{text, utf16, lower, to_hex(as_bytes(text)), to_hex(as_bytes(utf16))};
  // Base64 has three phases; the inner characters of each are independent of what stands around.
  for (std::size_t phase = 0; phase < 3; ++phase) {
    all.push_back(base64(text.substr(phase)));
    all.push_back(base64(utf16.substr(phase)));
  }
  return all;
}

}  // namespace

TEST_CASE("no name and no number is in any file of a home, at any moment") {
  Station station;
  const auto search = [&](const std::string& canary) {
    for (const auto& entry : std::filesystem::directory_iterator(station.folder.path)) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      for (const std::string& spelling : spellings(canary))
        CHECK_MESSAGE(bytes.find(spelling) == std::string::npos, entry.path().filename().string());
    }
  };
  const auto search_all = [&] {
    search("CANARY1 HOLDER");
    search(number_of(1));
    search("access" + access_of(1));
    search(to_hex(sod_digest(1)));
    search(std::string(60, '\1'));  // the portrait of order 1
  };
  station.import("batch-1", 1, 3);
  search_all();
  station.make(1, Outcome::issued);
  search_all();
  station.ledger->bind(run_id(2), "O-2", chip(2), "writer 1");
  station.ledger->promise(run_id(2), promise_for(2));
  station.open();
  search_all();
  station.deliver();
  search_all();
  station.ledger->forget(station.clock.now());
  station.close();
  search_all();

  std::ofstream(station.file("planted")) << base64("xCANARY1 HOLDER");
  std::ifstream in(station.file("planted"));
  const std::string planted(std::istreambuf_iterator<char>(in), {});
  bool found = false;
  for (const std::string& spelling : spellings("CANARY1 HOLDER"))
    found = found || planted.find(spelling) != std::string::npos;
  CHECK(found);  // the search itself works
}

}  // namespace perso::ledger::test
