// What the journal port promises to a run.
#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <thread>

#include "ledger/station.hpp"

namespace perso::ledger::test {

using run::Outcome;
using Standing = run::ChipHistory::Standing;

TEST_CASE("orders of another edition stay in the queue") {
  Station station(2);
  profile::Profile other = edition();
  other.name = "other-edition";
  station.ledger->import("other", other, [](const auto& take) {
    plan::Order order = test::order(3);
    order.profile = "other-edition";
    take(std::move(order));
  });
  CHECK(station.ledger->queued("test-edition") == 2);
  CHECK(station.ledger->queued("other-edition") == 1);
  CHECK(station.ledger->queued("none") == 0);
  CHECK(station.ledger->take_order("other-edition")->id == "O-3");
  CHECK_FALSE(station.ledger->take_order("other-edition"));
  CHECK(station.ledger->take_order("test-edition")->id == "O-1");
  CHECK(station.ledger->totals().queued == 3);
}

TEST_CASE("orders are taken oldest first, each by one writer, and whole") {
  Station station(3);
  const auto first = station.ledger->take_order("test-edition");
  const auto second = station.ledger->take_order("test-edition");
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->id == "O-1");
  CHECK(first->fields == order(1).fields);
  CHECK(first->portrait == order(1).portrait);
  CHECK(second->id == "O-2");
  station.ledger->put_back("O-1");
  CHECK(station.ledger->take_order("test-edition")->id == "O-1");
  CHECK(station.ledger->take_order("test-edition")->id == "O-3");
  CHECK_FALSE(station.ledger->take_order("test-edition"));
  // What is held is held in memory alone.
  station.open();
  CHECK(station.ledger->take_order("test-edition")->id == "O-1");
}

TEST_CASE("a run from bind to issued") {
  Station station(1);
  Ledger& ledger = *station.ledger;
  CHECK(ledger.history(chip(1)).standing == Standing::unknown);
  ledger.bind(run_id(1), "O-1", chip(1), "writer 1");
  CHECK(station.state(1) == "bound");
  CHECK(ledger.history(chip(1)).standing == Standing::in_work);
  ledger.let_go(run_id(1));
  CHECK(ledger.history(chip(1)).standing == Standing::interrupted);
  ledger.rekeying(run_id(1), {1, {}}, {2, {}});
  CHECK_FALSE(ledger.keeps_promise(run_id(1), number_of(1), sod_digest(1)));
  ledger.promise(run_id(1), promise_for(1));
  CHECK(station.state(1) == "uncertain");
  CHECK(ledger.uncertain() == 1);
  CHECK(ledger.history(chip(1)).standing == Standing::uncertain);
  CHECK(ledger.take_up(run_id(1)));
  CHECK_FALSE(ledger.take_up(run_id(1)));
  CHECK(ledger.history(chip(1)).standing == Standing::in_work);
  CHECK(ledger.keeps_promise(run_id(1), number_of(1), sod_digest(1)));
  CHECK_FALSE(ledger.keeps_promise(run_id(1), number_of(2), sod_digest(1)));
  CHECK_FALSE(ledger.keeps_promise(run_id(1), number_of(1), sod_digest(2)));
  CHECK_FALSE(ledger.keeps_promise(run_id(2), number_of(1), sod_digest(1)));
  ledger.close(run_id(1), Outcome::issued, "");
  CHECK(station.state(1) == "issued");
  const auto history = ledger.history(chip(1));
  CHECK(history.standing == Standing::issued);
  CHECK(history.run == run_id(1));
  CHECK(history.order_id == "O-1");
  CHECK(ledger.uncertain() == 0);
  CHECK_FALSE(ledger.verify().first_failure);
}

TEST_CASE("an order, its number and a chip stand in one open or issued run alone") {
  Station station(4);
  Ledger& ledger = *station.ledger;
  station.make(1, Outcome::issued);
  ledger.bind(run_id(2), "O-2", chip(2), "writer 1");
  struct Case {
    const char* name;
    int run, order, chip;
  };
  for (const Case& test : {Case{"issued order", 10, 1, 10}, Case{"bound order", 10, 2, 10},
                           Case{"issued chip", 10, 3, 1}, Case{"bound chip", 10, 3, 2},
                           Case{"run bound before", 1, 3, 10}, Case{"no such order", 10, 99, 10}}) {
    CAPTURE(std::string(test.name));
    CHECK(code_of([&] {
            ledger.bind(run_id(test.run), "O-" + std::to_string(test.order), chip(test.chip), "writer 2");
          }) == Code::order_duplicate);
  }
  ledger.bind(run_id(10), "O-3", chip(10), "writer 2");
  CHECK_FALSE(ledger.verify().first_failure);
}

TEST_CASE("a promise is for the run's own order, and made once") {
  Station station(2);
  Ledger& ledger = *station.ledger;
  ledger.bind(run_id(1), "O-1", chip(1), "writer 1");
  const auto with = [](const std::string& number, const std::string& replacement) {
    return run::Promise{number, replacement, sod_digest(1), {}};
  };
  CHECK(code_of([&] { ledger.promise(run_id(1), with(number_of(2), "00")); }) == Code::promise_broken);
  CHECK(code_of([&] { ledger.promise(run_id(1), with(number_of(1), "01")); }) == Code::promise_broken);
  // Number and replacement count are told apart, wherever the border between them lies.
  CHECK(code_of([&] { ledger.promise(run_id(1), with(number_of(1) + "0", "0")); }) == Code::promise_broken);
  CHECK(code_of([&] { ledger.close(run_id(1), Outcome::issued, ""); }) == Code::promise_broken);
  ledger.promise(run_id(1), promise_for(1));
  CHECK(code_of([&] { ledger.promise(run_id(1), promise_for(1)); }) == Code::promise_broken);
}

TEST_CASE("a run that is not open is refused") {
  Station station(1);
  Ledger& ledger = *station.ledger;
  station.make(1, Outcome::issued);
  for (const int run : {1, 7}) {
    CAPTURE(run);
    CHECK(code_of([&] { ledger.rekeying(run_id(run), {}, {}); }) == Code::ledger_damaged);
    CHECK(code_of([&] { ledger.promise(run_id(run), promise_for(1)); }) == Code::ledger_damaged);
    CHECK(code_of([&] { ledger.close(run_id(run), Outcome::spoiled, "card-torn"); }) == Code::ledger_damaged);
  }
  CHECK_FALSE(ledger.verify().first_failure);
}

TEST_CASE("an order that cannot be made is held, and a person releases it") {
  Station station(2);
  Ledger& ledger = *station.ledger;
  CHECK(ledger.take_order("test-edition")->id == "O-1");
  ledger.hold("O-1", "order-invalid");
  CHECK(station.state(1) == "held");
  CHECK(ledger.take_order("test-edition")->id == "O-2");
  CHECK(code_of([&] { ledger.hold("O-1", "again"); }) == Code::ledger_damaged);
  CHECK_FALSE(ledger.verify().first_failure);
  ledger.release("O-1", "the profile was mended");
  CHECK(station.state(1) == "queued");
  CHECK_FALSE(ledger.verify().first_failure);
}

TEST_CASE("what an outcome means for order and chip") {
  struct Case {
    Outcome outcome;
    bool promised;
    const char* state;
    Standing standing;
  };
  for (const Case& test : {Case{Outcome::returned, false, "queued", Standing::unknown},
                           Case{Outcome::spoiled, false, "queued", Standing::spoiled},
                           Case{Outcome::spoiled, true, "queued", Standing::spoiled},
                           Case{Outcome::rejected, false, "queued", Standing::rejected},
                           Case{Outcome::rejected, true, "held", Standing::rejected},
                           Case{Outcome::issued, true, "issued", Standing::issued}}) {
    CAPTURE(run::name_of(test.outcome));
    CAPTURE(test.promised);
    Station station(1);
    Ledger& ledger = *station.ledger;
    ledger.bind(run_id(1), "O-1", chip(1), "writer 1");
    if (test.promised) ledger.promise(run_id(1), promise_for(1));
    ledger.close(run_id(1), test.outcome, "why");
    CHECK(station.state(1) == test.state);
    CHECK(ledger.history(chip(1)).standing == test.standing);
    CHECK(static_cast<bool>(ledger.take_order("test-edition")) == (station.state(1) == "queued"));
    CHECK_FALSE(ledger.verify().first_failure);
  }
}

TEST_CASE("the third failure holds an order until a person releases it") {
  Station station(1);
  Ledger& ledger = *station.ledger;
  for (int run = 1; run <= 4; ++run) {  // a chip that was returned is no failure of the order
    CHECK(station.state(1) == "queued");
    ledger.bind(run_id(run), "O-1", chip(run), "writer 1");
    ledger.close(run_id(run), run == 2 ? Outcome::returned : Outcome::spoiled, "card-torn");
  }
  CHECK(station.state(1) == "held");
  CHECK(ledger.totals().waiting == 1);
  CHECK_FALSE(ledger.take_order("test-edition"));
  ledger.release("O-1", "the writer was mended");
  CHECK(station.state(1) == "queued");
  CHECK(ledger.take_order("test-edition")->id == "O-1");
  CHECK_FALSE(ledger.verify().first_failure);
  CHECK(code_of([&] { ledger.release("O-1", "again"); }) == Code::usage);
  CHECK(code_of([&] { ledger.release("O-9", "who"); }) == Code::usage);
}

TEST_CASE("release gives an uncertain chip up") {
  Station station(1);
  station.ledger->bind(run_id(1), "O-1", chip(1), "writer 1");
  station.ledger->promise(run_id(1), promise_for(1));
  station.open();
  CHECK(station.state(1) == "uncertain");
  station.ledger->release("O-1", "chip shredded");
  CHECK(station.ledger->history(chip(1)).standing == Standing::spoiled);
  CHECK(station.state(1) == "queued");
  CHECK(station.ledger->uncertain() == 0);
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("opening after a crash closes what had promised nothing and keeps what had") {
  Station station(3);
  station.ledger->bind(run_id(1), "O-1", chip(1), "writer 1");
  station.ledger->bind(run_id(2), "O-2", chip(2), "writer 2");
  station.ledger->promise(run_id(2), promise_for(2));
  station.open();
  Ledger& ledger = *station.ledger;
  CHECK(station.state(1) == "queued");
  CHECK(ledger.history(chip(1)).standing == Standing::interrupted);
  CHECK(station.state(2) == "uncertain");
  CHECK(ledger.history(chip(2)).standing == Standing::uncertain);
  CHECK(ledger.history(chip(2)).run == run_id(2));
  const Totals totals = ledger.totals();
  CHECK(totals.spoiled == 1);
  CHECK(totals.open == 1);
  CHECK(totals.waiting == 1);
  CHECK(ledger.keeps_promise(run_id(2), number_of(2), sod_digest(2)));
  ledger.close(run_id(2), Outcome::issued, "");
  CHECK(station.state(2) == "issued");
  CHECK_FALSE(ledger.verify().first_failure);
  // Crashes are not the order's failures.
  for (int run = 10; run < 14; ++run) {
    station.ledger->bind(run_id(run), "O-1", chip(run), "writer 1");
    station.open();
  }
  CHECK(station.state(1) == "queued");
}

TEST_CASE("stock balances") {
  Station station(6);
  station.make(1, Outcome::issued);
  station.make(2, Outcome::rejected);
  station.make(3, Outcome::spoiled);
  station.make(4, Outcome::returned);
  station.ledger->bind(run_id(5), "O-5", chip(5), "writer 1");
  station.ledger->refused(chip(77), "writer 1", "chip-not-blank");
  station.ledger->refused(std::nullopt, "writer 1", "chip-foreign");
  const Totals totals = station.ledger->totals();
  CHECK(totals.orders == 6);
  CHECK(totals.queued == 4);
  CHECK(totals.drawn == 5);
  CHECK(totals.drawn == totals.issued + totals.rejected + totals.spoiled + totals.returned + totals.open);
  CHECK(totals.issued == 1);
  CHECK(totals.rejected == 1);
  CHECK(totals.spoiled == 1);
  CHECK(totals.returned == 1);
  CHECK(totals.open == 1);
  CHECK(station.ledger->history(chip(77)).standing == Standing::unknown);
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("a durable call is one commit, and a question is none") {
  Station station(2);
  Ledger& ledger = *station.ledger;
  const auto commits = [&] { return ledger.verify().events; };
  const auto costs = [&](auto&& action) {
    const auto before = commits();
    action();
    return commits() - before;
  };
  CHECK(costs([&] { ledger.take_order("test-edition"); }) == 0);
  CHECK(costs([&] { ledger.put_back("O-1"); }) == 0);
  CHECK(costs([&] { ledger.bind(run_id(1), "O-1", chip(1), "writer 1"); }) == 1);
  CHECK(costs([&] { ledger.rekeying(run_id(1), {}, {}); }) == 1);
  CHECK(costs([&] { ledger.promise(run_id(1), promise_for(1)); }) == 1);
  CHECK(costs([&] { ledger.keeps_promise(run_id(1), "", {}); }) == 0);
  CHECK(costs([&] { ledger.close(run_id(1), Outcome::issued, ""); }) == 1);
  CHECK(costs([&] { ledger.history(chip(1)); }) == 0);
  CHECK(costs([&] { ledger.refused(chip(2), "writer 1", "chip-foreign"); }) == 1);
}

TEST_CASE("many writers' threads") {
  constexpr int writers = 4, orders = 40;
  Station station(orders);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer)
    threads.emplace_back([&, writer] {
      const std::string name = "writer " + std::to_string(writer);
      while (const auto taken = station.ledger->take_order("test-edition")) {
        const int n = std::stoi(taken->id.substr(2));
        station.ledger->bind(run_id(n), taken->id, chip(n), name);
        station.ledger->promise(run_id(n), promise_for(n));
        station.ledger->close(run_id(n), Outcome::issued, "");
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(station.ledger->totals().issued == orders);
  CHECK_FALSE(station.ledger->verify().first_failure);
}

TEST_CASE("export gives every event as a line of JSON, with who did it") {
  Station station(1);
  station.make(1, Outcome::issued);
  std::ostringstream out;
  station.ledger->export_events(out);
  const std::string text = out.str();
  CHECK(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) ==
        station.ledger->verify().events);
  for (const char* expected :
       {R"("kind":"created")", R"("kind":"imported")", R"("kind":"bound")", R"("kind":"rekeying")",
        R"("kind":"promised")", R"("outcome":"issued")", R"("actor":"anna")", R"("command":"init")",
        R"("run":"A0000000000000000000000000000001")", R"("order":"O-1")", R"("at":"2027-01-)"})
    CHECK_MESSAGE(text.find(expected) != std::string::npos, expected);
  CHECK(text.find(number_of(1)) == std::string::npos);
  CHECK(text.find("CANARY") == std::string::npos);
}

}  // namespace perso::ledger::test
