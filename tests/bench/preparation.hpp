// Plans as the preparing thread of a line makes them, from pictures that have to be scaled.
#pragma once

#include "bench/ports.hpp"

namespace perso::bench {

/// What one order cost, each measured right after the other.
struct PreparationCost {
  Time prepared;  // checked and compiled, as the line does
  Time compiled;  // compiled alone
  Time bare;      // its picture scaled and compressed, and the national signature straight on the library
};

/// Prepares so many orders one after the other, after some that warm up. @throws Error
std::vector<PreparationCost> prepare_plans(std::size_t orders);

}  // namespace perso::bench
