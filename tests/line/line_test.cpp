// The line as its users meet it: two writers, swapped plans, wrong cards, wrong keys, the stop rule.
#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "line/world.hpp"

using namespace perso;
using namespace perso::test;
using Standing = run::ChipHistory::Standing;

TEST_CASE("two writers empty the queue, whoever is faster") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed ", seed);
    World world(seed, 2, 6);
    for (int i = 0; i < 6; ++i) world.add_blank();
    const auto report = world.run();
    REQUIRE(report);
    CHECK(report->issued == 6);
    CHECK(report->verified == 6);
    CHECK_FALSE(report->last_failure);
    world.check_invariants();
  }
}

TEST_CASE("one seed, one course of events") {
  const auto course = [] {
    World world(7, 2, 4);
    for (int i = 0; i < 4; ++i) world.add_blank();
    REQUIRE(world.run());
    std::vector<std::string> events;
    for (const auto& result : world.results)
      events.push_back(result.order_id + "@" + result.chip.value().hex());
    return events;
  };
  CHECK(course() == course());
}

TEST_CASE("an order does not wait at a writer to which no card comes") {
  World world(3, 2, 2);
  world.add_blank();
  world.add_blank();
  run::LineRules rules;
  rules.count = 2;
  const auto report = world.run({}, rules);
  REQUIRE(report);
  CHECK(report->issued == 2);
}

TEST_CASE("a count ends the line in time") {
  World world(4, 2, 5);
  for (int i = 0; i < 5; ++i) world.add_blank();
  run::LineRules rules;
  rules.count = 3;
  const auto report = world.run({}, rules);
  REQUIRE(report);
  CHECK(report->issued == 3);
  CHECK(world.totals().queued == 2);
  world.check_invariants();
}

TEST_CASE("two plans swapped between two writers end in two rejects") {
  World world(5, 2, 2);
  world.add_blank();
  world.add_blank();
  run::Prepared first = world.prepare(0), second = world.prepare(1);

  SUBCASE("whole plans: the ledger knows each order's number") {
    std::swap(first.plan, second.plan);
  }
  SUBCASE("contents alone: the number read from the finished card is another order's") {
    std::swap(first.plan.applications, second.plan.applications);
  }
  for (const auto& [writer, prepared] : {std::pair{0u, &first}, std::pair{1u, &second}}) {
    const run::Result result = world.run_one(writer, *prepared);
    CHECK(result.outcome == run::Outcome::rejected);
    REQUIRE(result.why);
    CHECK(result.why->code() == Code::promise_broken);
  }
  CHECK(world.totals().rejected == 2);
  CHECK(world.totals().issued == 0);
  world.check_invariants();
}

TEST_CASE("a chip of other keys is left as it is, and three in a row stop the writer") {
  World world(6, 1, 1);
  for (int i = 0; i < 4; ++i) world.add_blank_with_other_keys();
  const auto report = world.run();
  REQUIRE(report);
  CHECK(report->stopped_by_rule);
  CHECK(report->returned == 3);
  REQUIRE(report->last_failure);
  CHECK(report->last_failure->code() == Code::keys_do_not_open);
  CHECK(world.chip(1).life() == vchip::LifeCycle::blank);
  CHECK(world.order_states().begin()->second == "queued");
  world.check_invariants();
}

TEST_CASE("a chip that is issued is never written again") {
  World world(7, 1, 2);
  world.add_blank();
  run::LineRules one;
  one.count = 1;
  REQUIRE(world.run({}, one));
  world.present_again(1);
  world.add_blank();
  const auto report = world.run();
  REQUIRE(report);
  CHECK(report->refused == 1);
  CHECK(report->issued == 1);
  CHECK(world.results.at(1).why->code() == Code::chip_not_blank);
  CHECK(world.history(1).standing == Standing::issued);
  world.check_invariants();
}

TEST_CASE("a twin of a chip whose run is open does not decide on it") {
  World world(9, 1, 1);
  world.add_blank();
  constexpr std::size_t promise = 2;  // the third commit of a run
  REQUIRE_FALSE(world.run({Fault::Kind::kill_after_commit, promise}));
  REQUIRE(world.history(1).standing == Standing::uncertain);
  world.restart();
  world.clear_stack();
  world.add_twin(1);
  REQUIRE(world.run());
  CHECK(world.order_states().begin()->second == "uncertain");
  world.check_invariants();
}

TEST_CASE("a chip without room is spoiled and its order made on the next") {
  World world(8, 1, 1);
  world.add_blank(8 * 1024);
  world.add_blank();
  const auto report = world.run();
  REQUIRE(report);
  CHECK(report->issued == 1);
  CHECK(world.results.at(0).why->code() == Code::chip_full);
  CHECK(world.history(1).standing == Standing::spoiled);
  CHECK(world.totals().issued == 1);
  world.check_invariants();
}

namespace {

/// The result of the last card that was put in.
const run::Result& show(World& world, std::size_t chip) {
  world.clear_stack();
  world.present_again(chip);
  REQUIRE(world.run());
  return world.results.back();
}

}  // namespace

TEST_CASE(
    "a finished card of the edition is no chip of a run that waits, and the run's own chip settles it") {
  World world(11, 1, 2);
  run::LineRules one;
  one.count = 1;
  world.add_blank();
  REQUIRE(world.run({}, one));
  world.cut_off_one();
  REQUIRE(world.history(2).standing == Standing::uncertain);

  const run::Result finished = show(world, 1);
  REQUIRE(finished.why);
  CHECK(finished.why->code() == Code::chip_not_blank);
  CHECK_FALSE(finished.chip);  // it did not say who it is
  CHECK(world.history(2).standing == Standing::uncertain);
  CHECK(show(world, 2).outcome == run::Outcome::issued);
  CHECK(world.history(2).standing == Standing::issued);
  world.check_invariants();
}

TEST_CASE("all runs that wait are tried, however many they are") {
  World world(12, 1, 10);
  for (int i = 0; i < 10; ++i) world.cut_off_one();
  CHECK(show(world, 1).outcome == run::Outcome::issued);  // the oldest
  CHECK(show(world, 6).outcome == run::Outcome::issued);
  CHECK(world.totals().issued == 2);
  world.check_invariants();
}

TEST_CASE("a card that its order dates so is issued although it has expired or is not valid yet") {
  struct Row {
    const char *issued, *expires;
    inspect::Verdict verdict;
  };
  for (const Row& row : {Row{"2011-05-04", "2021-05-04", inspect::Verdict::expired},
                         Row{"2027-05-04", "2037-05-04", inspect::Verdict::not_yet_valid}}) {
    World world(13, 1, 0);
    plan::Order order = world.order(0);
    order.reason = plan::Reason::sample;
    order.fields["issued"] = row.issued;
    order.fields["expires"] = row.expires;
    REQUIRE(plan::faults_of(order, world.profile()).empty());
    world.queue(std::move(order));
    world.add_blank();
    const auto report = world.run();
    REQUIRE(report);
    CHECK(report->issued == 1);
    world.verdict_of_issued = row.verdict;
    world.check_invariants();
  }
}

TEST_CASE("a card that opens by its access number, and not by what its zone shows, does not pass") {
  World world(15, 1, 1);
  world.add_blank();
  run::Prepared prepared = world.prepare(0);
  prepared.plan.access->printed->expiry = "310101";
  const run::Result result = world.run_one(0, prepared);
  CHECK(result.outcome == run::Outcome::rejected);
  REQUIRE(result.why);
  CHECK(result.why->code() == Code::verification_failed);
  world.check_invariants();
}

TEST_CASE("a signer that cannot sign what it is named for is found before there is a card") {
  const Factory& factory = Factory::of("prc-2023");
  profile::Profile profile = factory.profile;
  auto& security = std::get<profile::CardSecurity>(profile.applications.at(0).files.at(1).content);
  const auto open = [&](const char* signer) {
    security.signer = signer;
    const run::OpenEdition edition(profile, factory.keys, 65535);
  };
  CHECK_NOTHROW(open("document-signer"));
  for (const char* other : {"national-signer", "nobody"}) {
    CAPTURE(other);
    try {
      open(other);
      FAIL_CHECK("it was not found");
    } catch (const Error& error) {
      CHECK(error.code() == Code::key_missing);
    }
  }
}

TEST_CASE("a card with other dates than its order's does not pass") {
  World world(14, 1, 1);
  world.add_blank();
  run::Prepared prepared = world.prepare(0);
  plan::Order expired = prepared.order;
  expired.reason = plan::Reason::sample;
  expired.fields["issued"] = "2011-05-04";
  expired.fields["expires"] = "2021-05-04";
  prepared.plan = world.compile(expired);
  const run::Result result = world.run_one(0, prepared);
  CHECK(result.outcome == run::Outcome::rejected);
  REQUIRE(result.why);
  CHECK(result.why->code() == Code::verification_failed);
  CHECK(world.history(1).standing == Standing::rejected);
  world.check_invariants();
}
