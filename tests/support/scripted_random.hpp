// Chance that a test dictates: published private values and nonces.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bytes/bytes.hpp"
#include "support/seeded_random.hpp"

namespace perso::test {

/// Gives out the draws in their order, each of which must be as long as what is asked for, and behind them
/// what SeededRandom gives: for blinding.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<Bytes> draws) : draws_(std::move(draws)) {}

  void fill(std::span<std::uint8_t> out) override {
    if (all_drawn()) return behind_.fill(out);
    const Bytes& draw = draws_[next_++];
    if (draw.size() != out.size()) throw std::logic_error("a draw of another size than the script has");
    std::ranges::copy(draw, out.begin());
  }
  bool all_drawn() const { return next_ == draws_.size(); }

 private:
  std::vector<Bytes> draws_;
  std::size_t next_ = 0;
  SeededRandom behind_{20230915};
};

}  // namespace perso::test
