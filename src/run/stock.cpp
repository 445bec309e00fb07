#include "run/stock.hpp"

#include <utility>

namespace perso::run {

bool Stock::wants_more() {
  const std::lock_guard lock(mutex_);
  return ready_.size() < ahead_ && may_begin();
}

std::size_t Stock::runs_closed() {
  const std::lock_guard lock(mutex_);
  return runs_closed_;
}

void Stock::add(Prepared&& prepared) {
  const std::lock_guard lock(mutex_);
  ready_.push_back(std::move(prepared));
  dry_ = false;
}

void Stock::dry(std::size_t runs_closed) {
  const std::lock_guard lock(mutex_);
  dry_ = runs_closed == runs_closed_;
}

std::optional<Prepared> Stock::take() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty() || !may_begin()) return std::nullopt;
  Prepared prepared = std::move(ready_.front());
  ready_.pop_front();
  ++in_work_;
  return prepared;
}

void Stock::give_back(Prepared&& prepared) {
  const std::lock_guard lock(mutex_);
  --in_work_;
  ready_.push_front(std::move(prepared));
}

void Stock::done() {
  const std::lock_guard lock(mutex_);
  --in_work_;
}

void Stock::closed_run(bool issued) {
  const std::lock_guard lock(mutex_);
  ++runs_closed_;
  if (issued) ++issued_;
  dry_ = false;
}

void Stock::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

Stock::Left Stock::left() {
  const std::lock_guard lock(mutex_);
  if (may_begin() && !ready_.empty()) return Left::orders;
  if (may_begin() && !dry_) return Left::soon;
  return in_work_ > 0 ? Left::orders_may_come_back : Left::nothing;
}

std::deque<Prepared> Stock::drain() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ready_, {});
}

}  // namespace perso::run
