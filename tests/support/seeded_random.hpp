// Chance that repeats itself: the same seed, the same bytes.
#pragma once

#include <mutex>

#include "bytes/clock.hpp"

namespace perso::test {

/// Deterministic (SplitMix64); fit for tests alone. `fill` is thread-safe: a card's second phase is signed
/// beside its thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<std::uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
  }

  void begin_anew(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    state_ = seed;
  }

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace perso::test
