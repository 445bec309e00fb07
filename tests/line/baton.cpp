#include "line/baton.hpp"

namespace perso::test {

namespace {
thread_local std::string own_name;
}

void Baton::expect(std::size_t threads) {
  const std::lock_guard lock(mutex_);
  expected_ = threads;
  members_.clear();
  holder_.clear();
}

void Baton::join(const std::string& name) {
  std::unique_lock lock(mutex_);
  own_name = name;
  members_.insert(name);
  if (members_.size() == expected_) draw_next();
  wait_for_turn(lock, name);
}

void Baton::turn() {
  if (own_name.empty()) return;
  std::unique_lock lock(mutex_);
  draw_next();
  wait_for_turn(lock, own_name);
}

void Baton::leave() {
  const std::lock_guard lock(mutex_);
  members_.erase(own_name);
  own_name.clear();
  draw_next();
}

void Baton::draw_next() {
  holder_.clear();
  if (members_.empty()) return;
  // The set is in the order of names, so the draw depends on the seed alone.
  auto chosen = members_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(draw_() % members_.size()));
  holder_ = *chosen;
  drawn_.notify_all();
}

void Baton::wait_for_turn(std::unique_lock<std::mutex>& lock, const std::string& name) {
  drawn_.wait(lock, [&] { return holder_ == name; });
}

}  // namespace perso::test
