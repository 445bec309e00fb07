// A whole line on chips that are as slow as real ones, with signatures that take their time.
#pragma once

#include "bench/ports.hpp"

namespace perso::bench {

/// What the writers of a line did together, by the clock on the wall. A blank is there as soon as the last
/// card is gone.
struct LineCost {
  std::size_t cards = 0;
  Nanoseconds with_card{};  // from a blank's coming until the station is done with the card
  Nanoseconds chip{};       // of it, the chips at work
  Nanoseconds commits{};    // of it, the ledger committing

  /// The share of the time in which a writer had a card and neither its chip nor the ledger worked.
  double idle_share() const;
  /// Of one writer.
  double cards_an_hour() const;
};

/// Makes so many cards on as many writers at contactless speed, each signature 30 ms slower.
/// @throws Error, and std::runtime_error where a card is not issued
LineCost make_cards_on_line(std::size_t writers, std::size_t cards);

}  // namespace perso::bench
