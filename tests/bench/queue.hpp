// The program itself with a long queue: how fast it takes the batch in, and how much memory a run needs.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace perso::bench {

struct QueueCost {
  double import_seconds = 0;
  double import_mib = 0;  // peak resident memory of `perso orders import`
  double run_mib = 0;     // of `perso run`, and of each of its workers
};

/// Imports a batch of `orders` and makes two cards of it on virtual chips behind the pcscd that answers.
/// @throws std::runtime_error where a command of the program fails
QueueCost run_with_queue(std::size_t orders);

}  // namespace perso::bench
