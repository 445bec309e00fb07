// Cards of the sample batch, made by the run itself with a real ledger on the disk and a chip in this
// process.
#pragma once

#include "bench/bare.hpp"
#include "support/traffic_floor.hpp"

namespace perso::bench {

/// What one card cost.
struct CardCost {
  Time host;  // outside of the chip's answers and the durable commits: from the queue to the outcome
  Time bare;  // of its bare cryptography, right after it
  std::vector<Time> commits;
  test::Traffic encoding;                                // from the first command to the lock
  test::Traffic floor;                                   // the least for it
  std::size_t verification = 0, verification_floor = 0;  // commands
};

/// Makes `cards` cards one after another with this limit on a command's data field, after some that warm up.
/// @throws Error, and std::runtime_error where a card is not issued
std::vector<CardCost> make_cards(std::size_t cards, std::size_t command_limit);

}  // namespace perso::bench
