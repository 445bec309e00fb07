// What became of a batch is handed out once it can be kept, and holders are forgotten only after that.
#include <doctest/doctest.h>

#include <sstream>

#include "ledger/station.hpp"

namespace perso::ledger::test {

using run::Outcome;

namespace {

std::vector<ResultLine> result_of(Station& station, const std::string& batch = "batch-1") {
  std::vector<ResultLine> lines;
  station.ledger->deliver(
      batch, [&](const ResultLine& line) { lines.push_back(line); }, [] {});
  return lines;
}

std::string exported(const Station& station) {
  std::ostringstream out;
  station.ledger->export_events(out);
  return out.str();
}

}  // namespace

TEST_CASE("a result says of each order of its batch what became of it") {
  Station station(3);
  station.import("batch-2", 4, 1);
  station.make(1, Outcome::issued);
  station.make(2, Outcome::spoiled);
  const auto lines = result_of(station);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].order == "O-1");
  CHECK(lines[0].state == "issued");
  CHECK(lines[0].number == number_of(1));
  CHECK(lines[0].chip == chip(1).hex());
  CHECK(lines[0].sod_digest == to_hex(sod_digest(1)));
  CHECK(lines[0].access_number == access_of(1));
  CHECK(lines[0].outcome == "issued");
  CHECK(lines[1].outcome == "spoiled");
  CHECK(lines[1].why == "card-torn");
  CHECK(lines[2].outcome.empty());
  for (const std::size_t i : {1U, 2U}) {
    CHECK(lines[i].state == "queued");
    CHECK(lines[i].number == number_of(static_cast<int>(i) + 1));
    CHECK(lines[i].chip.empty());
    CHECK(lines[i].sod_digest.empty());
    CHECK(lines[i].access_number.empty());  // there is no card that it opens
  }
  CHECK(result_of(station, "batch-2").size() == 1);
  const Delivery delivery = station.deliver();
  CHECK(delivery.orders == 3);
  CHECK(delivery.issued == 1);
  CHECK(exported(station).find(R"("body":{"batch":"batch-1","issued":1,"orders":3})") != std::string::npos);
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("an order that failed and was made after all is told by the card that was issued") {
  Station station(1);
  station.make(1, Outcome::spoiled);
  station.ledger->bind(run_id(7), "O-1", chip(7), "writer 1");
  station.ledger->promise(run_id(7), promise_for(1));
  station.ledger->close(run_id(7), Outcome::issued, "");
  const auto lines = result_of(station);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].chip == chip(7).hex());
}

TEST_CASE("a batch that is not there") {
  Station station(1);
  std::string message;
  CHECK(code_of([&] { station.deliver("batch-9"); }, &message) == Code::usage);
  CHECK(message == "the ledger has no such batch");
}

TEST_CASE("the numbers of a batch are handed out by the fields of its own edition") {
  Station station(1);
  profile::Profile other = edition();
  other.name = "other-edition";
  for (profile::Field& field : other.holder) field.name = "its_" + field.name;
  other.number = "its_number";
  other.replacements = "its_replacement";
  plan::Order its = order(2);
  its.profile = other.name;
  its.fields = {
      {"its_number", number_of(2)}, {"its_replacement", "00"}, {"its_access", access_of(2)}, {"number", "9"}};
  station.ledger->import("other", other, [&](const auto& take) { take(plan::Order(its)); });
  station.make(2, Outcome::issued);
  const auto lines = result_of(station, "other");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].number == number_of(2));
  CHECK(lines[0].access_number == access_of(2));
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("a result says why an order waits") {
  Station station(4);
  station.ledger->hold("O-1", "order-invalid");
  station.ledger->bind(run_id(2), "O-2", chip(2), "writer 1");
  station.ledger->promise(run_id(2), promise_for(2));
  station.ledger->close(run_id(2), Outcome::rejected, "verify-failed");
  station.make(3, Outcome::spoiled);
  station.ledger->hold("O-3", "portrait-invalid");
  const auto told = [&](std::size_t at) {
    const ResultLine line = result_of(station).at(at);
    return line.state + ' ' + line.outcome + ' ' + line.why;
  };
  CHECK(told(0) == "held held order-invalid");
  CHECK(told(1) == "held rejected verify-failed");
  CHECK(told(2) == "held held portrait-invalid");
  CHECK(told(3) == "queued  ");
  station.ledger->release("O-1", "mended");
  station.make(1, Outcome::issued);
  CHECK(told(0) == "issued issued ");
}

TEST_CASE("what could not be kept was not delivered") {
  Station station(1);
  station.make(1, Outcome::issued);
  const auto events = station.ledger->verify().events;
  const auto full = [] { throw Error(Code::config_invalid, "full"); };
  CHECK(code_of([&] {
          station.ledger->deliver(
              "batch-1", [](const ResultLine&) {}, full);
        }) == Code::config_invalid);
  CHECK(code_of([&] {
          station.ledger->deliver(
              "batch-1", [&](const ResultLine&) { full(); }, [] {});
        }) == Code::config_invalid);
  CHECK(station.ledger->verify().events == events);
  CHECK(station.ledger->forget(station.clock.now()) == 0);
  station.deliver();
  CHECK(station.ledger->forget(station.clock.now()) == 1);
}

TEST_CASE("a holder is forgotten only after the result was delivered") {
  Station station(3);
  station.import("batch-2", 4, 1);
  station.make(1, Outcome::issued);
  station.make(4, Outcome::issued);
  const auto forget = [&] { return station.ledger->forget(station.clock.now()); };
  CHECK(forget() == 0);
  station.deliver("batch-1");
  station.make(2, Outcome::issued);  // after the delivery
  CHECK(forget() == 1);
  CHECK_FALSE(station.ledger->verify().first_failure);

  const auto lines = result_of(station);
  CHECK(lines[0].state == "issued");
  CHECK(lines[0].chip == chip(1).hex());
  CHECK(lines[0].number.empty());
  CHECK(lines[0].sod_digest.empty());
  CHECK(lines[0].access_number.empty());
  CHECK(lines[1].access_number == access_of(2));
  CHECK(forget() == 1);
  CHECK(forget() == 0);
  station.deliver("batch-2");
  CHECK(forget() == 1);
  CHECK_FALSE(station.ledger->verify().first_failure);
  station.close();
  Intruder intruder(station.file());
  CHECK(intruder.rows("SELECT group_concat(position) FROM order_keys")[0][0] == "3");
}

TEST_CASE("a changed digest is not given out") {
  Station station(2);
  station.make(1, Outcome::issued);
  station.make(2, Outcome::issued);
  station.close();
  Intruder(station.file())
      .run("UPDATE runs SET sod = (SELECT sod FROM runs WHERE position = 2) WHERE position = 1");
  station.open();
  std::string message;
  CHECK(code_of([&] { result_of(station); }, &message) == Code::ledger_damaged);
  CHECK(message == "run " + to_hex(run_id(1)) + ": its sealed EF.SOD digest was changed");
}

TEST_CASE("the order of an open run") {
  Station station(2);
  station.ledger->bind(run_id(1), "O-1", chip(1), "writer 1");
  CHECK(station.ledger->order_of(run_id(1)).fields == order(1).fields);
  station.ledger->promise(run_id(1), promise_for(1));
  station.open();
  CHECK(station.ledger->order_of(run_id(1)).id == "O-1");
  station.ledger->close(run_id(1), Outcome::issued, "");
  CHECK(code_of([&] { station.ledger->order_of(run_id(1)); }) == Code::ledger_damaged);
  CHECK(code_of([&] { station.ledger->order_of(run_id(9)); }) == Code::ledger_damaged);
}

}  // namespace perso::ledger::test
