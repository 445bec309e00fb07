// Whatever a chip answers: no crash, no end that never comes, and nobody fooled.
#include <doctest/doctest.h>

#include "inspect/corruptor.hpp"
#include "inspect/guarded_sample.hpp"
#include "support/option.hpp"
#include "support/seed.hpp"

using namespace perso;
using namespace perso::test;
using inspect::Verdict;

namespace {

/// An honest inspection takes some 30, with short answers some 100.
constexpr std::size_t most_commands = 500;

/// What was read of a genuine card, by name, has to be what stands on it; but for what a foreign issuer has
/// not signed.
std::map<std::string, Bytes> contents_of(const inspect::Report& report) {
  std::map<std::string, Bytes> contents;
  for (const inspect::ReadFile& file : report.files)
    if (!report.edition.empty() || (file.name != "EF.COM" && file.name != "EF.CardAccess"))
      contents.emplace(file.application + '/' + file.name, file.contents);
  return contents;
}

struct Tally {
  std::size_t genuine = 0, touched = 0;
};

/// Each with a corruptor of its own, from the seed on.
template <typename ResettableCard>
Tally corrupted_sessions(ResettableCard& card, const Inspector& inspect, std::size_t sessions) {
  const std::uint64_t seed = seed_option().value_or(20'261'122);
  const inspect::Report honest_report = inspect(card);
  REQUIRE(honest_report.verdict == Verdict::genuine);
  const auto honest = contents_of(honest_report);
  Tally tally;
  for (std::size_t i = 0; i < sessions; ++i) {
    CAPTURE(seed + i);
    card.reset();
    Corruptor corruptor(card, seed + i, 1 + i % 24);
    inspect::Report report;
    REQUIRE_NOTHROW(report = inspect(corruptor));
    REQUIRE(corruptor.commands < most_commands);
    tally.touched += corruptor.touched ? 1 : 0;
    if (report.verdict != Verdict::genuine) continue;
    ++tally.genuine;
    for (const auto& [name, contents] : contents_of(report)) {
      const std::string& file = name;
      CAPTURE(file);
      const bool same = honest.at(name) == contents;
      REQUIRE(same);
    }
  }
  MESSAGE(sessions, " sessions, ", tally.touched, " touched, ", tally.genuine, " genuine");
  return tally;
}

}  // namespace

TEST_CASE("corrupted sessions with an open card, of a known edition and foreign") {
  FakeCard card = good_card();
  const std::size_t sessions = sessions_option(1500);
  const Tally own = corrupted_sessions(card, Inspector{}, sessions);
  CHECK(own.touched > sessions / 4);
  CHECK(own.genuine > 0);
  const Tally foreign = corrupted_sessions(card, Inspector{.editions = {}}, sessions);
  CHECK(foreign.touched > sessions / 4);
  card.extended_length = false;
  corrupted_sessions(card, Inspector{}, sessions / 4);
}

TEST_CASE("corrupted sessions with a guarded card, from the first command on") {
  const ChipSecurity by_mapping({generic_mapping, chip_mapping}), by_agreement({generic_mapping});
  for (const ChipSecurity* const security : {&by_mapping, &by_agreement}) {
    GuardedCard card = guarded_card(*security);
    Inspector inspect = guarded_inspector(*security);
    corrupted_sessions(card, inspect, sessions_option(1500) / 5);
    inspect.editions.clear();
    corrupted_sessions(card, inspect, sessions_option(1500) / 5);
  }
}

TEST_CASE("a card of pure noise") {
  class Noise final : public iso7816::Card {
   public:
    std::size_t commands = 0;
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      ++commands;
      Bytes answer(std::min<std::size_t>(command.ne, 300));
      chance().fill(answer);
      if (!answer.empty()) answer[0] = 0x77;
      return {answer, iso7816::sw::success};
    }
  } noise;
  Inspector inspect;
  inspect.access = {printed_zone, can};
  for (int i = 0; i < 50; ++i) CHECK(inspect(noise).verdict != Verdict::genuine);
  CHECK(noise.commands < 50 * most_commands);
}
