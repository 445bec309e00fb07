// Cards looked up again: whose chip may be in the writer, and what opens an issued one.
#include <doctest/doctest.h>

#include <sstream>

#include "ledger/station.hpp"

namespace perso::ledger::test {

using run::Outcome;

namespace {

std::vector<std::string> waiting(Station& station, const std::string& profile = "test-edition") {
  std::vector<std::string> ids;
  while (const auto order = station.ledger->waiting(profile, ids.empty() ? "" : ids.back()))
    ids.push_back(order->id);
  return ids;
}

std::string id_of(const std::optional<Ledger::IssuedOrder>& issued) {
  return issued ? issued->order.id : "";
}

/// A card of order `n`, made at this writer.
void issue_at(Station& station, int n, const std::string& writer) {
  station.ledger->bind(run_id(n), "O-" + std::to_string(n), chip(n), writer);
  station.ledger->promise(run_id(n), promise_for(n));
  station.ledger->close(run_id(n), Outcome::issued, "");
}

/// The next card of the person of order `n`, under this count.
void import_successor(Station& station, int id, int n, const std::string& replacement) {
  station.ledger->import("batch-" + std::to_string(id), edition(), [&](const auto& take) {
    plan::Order next = order(n);
    next.id = "O-" + std::to_string(id);
    next.fields["replacement"] = replacement;
    take(std::move(next));
  });
}

void make_successor(Station& station, int id, int n, const std::string& replacement) {
  run::Promise promise = promise_for(n);
  promise.replacement = replacement;
  station.ledger->bind(run_id(id), "O-" + std::to_string(id), chip(id), "writer 1");
  station.ledger->promise(run_id(id), promise);
  station.ledger->close(run_id(id), Outcome::issued, "");
}

}  // namespace

TEST_CASE("orders whose chip may come back: promised, open, of the edition, in nobody's work, latest first") {
  Station station(5);
  Ledger& ledger = *station.ledger;
  CHECK(waiting(station).empty());
  station.make(1, Outcome::issued);
  for (const int n : {2, 3, 4}) {
    ledger.bind(run_id(n), "O-" + std::to_string(n), chip(n), "writer 1");
    ledger.promise(run_id(n), promise_for(n));
  }
  ledger.bind(run_id(5), "O-5", chip(5), "writer 1");  // and no promise
  CHECK(waiting(station).empty());                     // all of them are worked on
  for (const int n : {2, 3, 4, 5}) ledger.let_go(run_id(n));
  CHECK(waiting(station) == std::vector<std::string>{"O-4", "O-3", "O-2"});
  CHECK(ledger.waiting("test-edition", "").value().fields == order(4).fields);
  CHECK(waiting(station, "other-edition").empty());
  CHECK(ledger.take_up(run_id(4)));
  CHECK(waiting(station) == std::vector<std::string>{"O-3", "O-2"});
  ledger.close(run_id(4), Outcome::issued, "");
  CHECK(ledger.waiting("test-edition", "O-4").value().id == "O-3");  // it marks a place still
  station.open();  // what a crash leaves: nothing is in anybody's work
  CHECK(waiting(station) == std::vector<std::string>{"O-3", "O-2"});
}

TEST_CASE("an issued order is found as long as its holder is kept") {
  Station station(3);
  station.make(1, Outcome::issued);
  station.make(2, Outcome::spoiled);
  const auto found = station.ledger->issued_order("O-1");
  REQUIRE(found);
  CHECK(found->order.fields == order(1).fields);
  CHECK(found->profile == "test-edition");
  for (const char* other : {"O-2", "O-3", "O-9", ""}) CHECK_FALSE(station.ledger->issued_order(other));
  CHECK(id_of(station.ledger->issued_with_number(number_of(1))) == "O-1");
  CHECK(id_of(station.ledger->last_issued_at("writer 1")) == "O-1");

  station.deliver();
  REQUIRE(station.ledger->forget(station.clock.now()) == 1);
  CHECK_FALSE(station.ledger->issued_order("O-1"));
  CHECK_FALSE(station.ledger->issued_with_number(number_of(1)));
  CHECK_FALSE(station.ledger->last_issued_at("writer 1"));
}

TEST_CASE("of a person's cards the last one is found, whatever its count") {
  Station station(2);
  station.make(1, Outcome::issued);
  import_successor(station, 3, 1, "01");
  import_successor(station, 4, 1, "7");
  import_successor(station, 5, 1, "9999");
  import_successor(station, 6, 1, "");
  CHECK(id_of(station.ledger->issued_with_number(number_of(1))) == "O-1");
  const std::pair<int, const char*> successors[] = {{4, "7"}, {6, ""}, {3, "01"}, {5, "9999"}};
  for (const auto& [id, replacement] : successors) {
    make_successor(station, id, 1, replacement);
    CHECK(id_of(station.ledger->issued_with_number(number_of(1))) == "O-" + std::to_string(id));
  }
  CHECK_FALSE(station.ledger->issued_with_number(number_of(2)));
  CHECK_FALSE(station.ledger->issued_with_number(""));
}

TEST_CASE("the last card of each writer, and no other that came after it") {
  Station station(6);
  issue_at(station, 1, "left");
  issue_at(station, 2, "right");
  issue_at(station, 3, "left");
  station.ledger->bind(run_id(4), "O-4", chip(4), "left");
  station.ledger->promise(run_id(4), promise_for(4));
  station.ledger->close(run_id(4), Outcome::rejected, "verification-failed");
  CHECK(id_of(station.ledger->last_issued_at("left")) == "O-3");
  CHECK(id_of(station.ledger->last_issued_at("right")) == "O-2");
  CHECK_FALSE(station.ledger->last_issued_at("le"));
  CHECK_FALSE(station.ledger->last_issued_at(""));

  // One that was bound before and closed after: a chip that came back.
  station.ledger->bind(run_id(5), "O-5", chip(5), "right");
  station.ledger->promise(run_id(5), promise_for(5));
  issue_at(station, 6, "right");
  CHECK(id_of(station.ledger->last_issued_at("right")) == "O-6");
  station.ledger->close(run_id(5), Outcome::issued, "");
  CHECK(id_of(station.ledger->last_issued_at("right")) == "O-5");
}

TEST_CASE("an inspection goes on record with what it came to") {
  Station station(1);
  station.ledger->inspected(
      {"ACS 00 00", "test-edition", "PACE-ECDH-GM-AES-CBC-CMAC-128", "genuine", "specimen"});
  station.ledger->inspected({"ACS 00 00", "", "", "unreadable", "unknown"});
  CHECK(code_of([&] { station.ledger->inspected({"", "", "", "unreadable", "unknown"}); }) == Code::usage);
  std::ostringstream out;
  station.ledger->export_events(out);
  for (const char* body :
       {R"("body":{"access":"PACE-ECDH-GM-AES-CBC-CMAC-128","edition":"test-edition","reader":"ACS 00 00",)"
        R"("trust":"specimen","verdict":"genuine"})",
        R"("body":{"access":"","edition":"","reader":"ACS 00 00","trust":"unknown","verdict":"unreadable"})"})
    CHECK_MESSAGE(out.str().find(body) != std::string::npos, out.str());
  CHECK_FALSE(station.ledger->verify().first_failure);
}

}  // namespace perso::ledger::test
