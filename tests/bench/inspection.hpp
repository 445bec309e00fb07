// Cards of the adaptation kit, inspected as `perso inspect` does it with a chip in this process.
#pragma once

#include <string>
#include <vector>

#include "bench/ports.hpp"

namespace perso::bench {

/// What one inspection cost.
struct InspectionCost {
  Time host;  // outside of the chip's answers
  Time bare;  // of its bare cryptography, right after it
  std::size_t commands = 0;
  std::size_t floor = 0;  // the least for it
  std::size_t begun = 0;  // files that were begun to be read, by a READ BINARY that the chip took
  std::size_t files = 0;  // that are in the report, each once
};

/// Inspects the kit's good card of an edition ("prc-2023": by its card access number) so many times, after
/// some that warm up, with this limit on a command's data field. @throws Error, and std::runtime_error where
/// the verdict is not `genuine`
std::vector<InspectionCost> inspect_cards(const std::string& edition, std::size_t times,
                                          std::size_t command_limit);

/// Resident memory of this process, MiB.
struct Residence {
  double early = 0, late = 0;
};
/// Inspects the good cards of both editions in turn, `late` times in all. @throws as inspect_cards
Residence inspect_on(std::size_t early, std::size_t late);

}  // namespace perso::bench
