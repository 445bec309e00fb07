// The program itself with a long queue: how fast it takes the batch in, and how much memory that and a run
// need.
#pragma once

#include <string>
#include <vector>

#include "bench/ports.hpp"
#include "bench/scratch.hpp"

namespace perso::bench {

/// What a command of the program used.
struct ProgramCost {
  Time time;
  double mib = 0;  // peak resident memory, of the process or of one that it waited for
};

/// A station's home with specimen keys, driven through `perso` alone. Each member throws std::runtime_error
/// where a command fails.
class Queue {
 public:
  Queue();
  /// `perso orders import` of a batch of so many orders, to which these portraits are given in turn. Once.
  ProgramCost import(std::size_t orders, const std::vector<Bytes>& portraits);
  /// `perso run` makes two cards of it on virtual chips behind the pcscd that answers.
  ProgramCost run();

 private:
  const Scratch scratch_{"bench-queue"};
  const std::string home_ = scratch_.path / "home";
};

}  // namespace perso::bench
