// A seeded scheduler: of all threads of a line one proceeds at a time, and who is next is drawn from the
// seed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <string>

namespace perso::test {

class Baton {
 public:
  explicit Baton(std::uint64_t seed) : draw_(seed) {}

  /// A line of so many threads begins: none proceeds before all have joined.
  void expect(std::size_t threads);
  /// A thread comes under this name and waits for its first turn.
  void join(const std::string& name);
  /// The calling thread offers its turn to the others, and waits until it is drawn again. Threads outside
  /// pass.
  void turn();
  void leave();

 private:
  void draw_next();
  void wait_for_turn(std::unique_lock<std::mutex>& lock, const std::string& name);

  std::mutex mutex_;
  std::condition_variable drawn_;
  std::mt19937_64 draw_;
  std::size_t expected_ = 0;
  std::set<std::string> members_;
  std::string holder_;
};

}  // namespace perso::test
