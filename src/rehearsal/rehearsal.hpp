// A whole run on a virtual chip in memory: what a profile makes of an order, every command byte for byte.
#pragma once

#include <string>
#include <vector>

#include "keys/key_set.hpp"
#include "plan/plan.hpp"
#include "vchip/timing.hpp"

namespace perso::rehearsal {

/// One command as it went over the link, and what it made the chip do.
struct Exchange {
  std::string step;  // of the run: "identify", "write", ...
  Bytes command, answer;
  vchip::Effort effort;
};

struct FileSeen {
  std::string name;
  iso7816::Fid fid;
  platform::ReadAccess read = platform::ReadAccess::always;
  bool on_the_chip = false;  // completed in the second phase, with what this chip contributed
  std::size_t size = 0;
  Bytes digest;  // SHA-256; empty for a file that nobody may read and that waited for the chip
};
struct ApplicationSeen {
  std::string name;
  iso7816::Aid aid;
  std::vector<FileSeen> files;
};

struct Rehearsal {
  std::string order_id;
  std::string profile;
  std::string platform;
  std::vector<ApplicationSeen> applications;
  std::vector<Exchange> exchanges;
};

/// Compiles the order and takes a fresh virtual chip of the profile's platform through the whole run:
/// identify, write, read back, lock, verify. With the same keys, random source and time, the same bytes.
/// @param keys a specimen key set: the chip is made with its transport keys
/// @throws Error for an order or profile that makes no card; verification_failed for a finished card that
/// fails
Rehearsal rehearse(const profile::Profile& profile, const plan::Order& order, const keys::KeySet& keys,
                   Random& random, Instant now, std::size_t command_limit);

}  // namespace perso::rehearsal
