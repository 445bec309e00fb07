// A station of the benchmark: specimen keys and a real ledger on the disk, with a queue of the sample batch.
#pragma once

#include <memory>
#include <vector>

#include "bench/ports.hpp"
#include "bench/scratch.hpp"
#include "keys/key_set.hpp"
#include "run/run.hpp"

namespace perso::bench {

/// As `perso init` makes them.
keys::KeySet specimen_keys(const std::filesystem::path& folder, Instant now, Random& random);

struct Station {
  /// With so many orders in the queue: the sample's over and over, with another id and number each time.
  /// @param portraits what the orders bring in turn, in the place of the sample's; empty: the sample's
  explicit Station(std::size_t orders, const std::vector<Bytes>& portraits = {});

  /// A blank chip that no other is.
  vchip::Chip blank() const;
  run::Station of(run::Journal& journal) { return {journal, clock, *random}; }

  const Scratch scratch{"bench-home"};
  RealClock clock;
  const std::unique_ptr<Random> random;
  const profile::Profile profile;
  const keys::KeySet keys;
  std::unique_ptr<ledger::Ledger> ledger;
};

}  // namespace perso::bench
