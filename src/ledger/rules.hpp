// What the end of a run means for its order.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "run/journal.hpp"

namespace perso::ledger {

/// As they stand in orders.state.
namespace state {
inline constexpr std::string_view queued = "queued", bound = "bound", uncertain = "uncertain",
                                  issued = "issued", held = "held";
}

/// Stands for the code in runs.why of a run that a crash ended.
inline constexpr std::string_view crash = "crash";
/// The same for a run whose chip an operator declared lost or destroyed.
inline constexpr std::string_view released = "released";

inline constexpr std::int64_t most_failures = 3;

struct OrderAfterRun {
  std::string_view state;
  std::int64_t failures;
};

/// @param promised whether the run had promised a number and an EF.SOD
inline OrderAfterRun after_run(run::Outcome outcome, bool promised, std::int64_t failures) {
  if (outcome == run::Outcome::issued) return {state::issued, failures};
  // The order was not at fault, and the chip is as it was.
  if (outcome == run::Outcome::returned) return {state::queued, failures};
  const std::int64_t now = std::min(failures + 1, most_failures);
  // A whole card that failed its checks is a riddle for a person, not for the next blank.
  const bool hold = now == most_failures || (outcome == run::Outcome::rejected && promised);
  return {hold ? state::held : state::queued, now};
}

/// The outcome of that name.
inline std::optional<run::Outcome> outcome_named(std::string_view name) {
  for (const auto outcome :
       {run::Outcome::issued, run::Outcome::rejected, run::Outcome::spoiled, run::Outcome::returned})
    if (run::name_of(outcome) == name) return outcome;
  return std::nullopt;
}

}  // namespace perso::ledger
