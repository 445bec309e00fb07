// The orders that are prepared ahead of the cards: shared by a line's writers and the thread that prepares.
#pragma once

#include <deque>
#include <mutex>

#include "run/run.hpp"

namespace perso::run {

/// Thread-safe. An order is in the journal's queue, in stock, in work, or done; none is in two of them.
class Stock {
 public:
  /// @param ahead how many orders are kept ready @param count cards to issue at most
  Stock(std::size_t ahead, std::size_t count) : ahead_(ahead), count_(count) {}

  /// Whether another order should be prepared.
  bool wants_more();
  std::size_t runs_closed();
  void add(Prepared&& prepared);
  /// The journal had no order when it was asked after `runs_closed` said so many. It may have one again when
  /// another run is closed.
  void dry(std::size_t runs_closed);

  /// An order for a card that is there; it is in work until `give_back` or `done`.
  std::optional<Prepared> take();
  void give_back(Prepared&& prepared);
  void done();
  /// A run was closed, whosever order it was: the order may be in the journal's queue again.
  void closed_run(bool issued);
  /// No order begins any more.
  void close();

  enum class Left { orders, soon, orders_may_come_back, nothing };
  Left left();

  /// What is left of it when all writers have ended.
  std::deque<Prepared> drain();

 private:
  bool may_begin() const { return !closed_ && issued_ + in_work_ < count_; }

  const std::size_t ahead_, count_;
  std::mutex mutex_;
  std::deque<Prepared> ready_;  // shared, so that no order waits at a writer to which no card comes
  std::size_t in_work_ = 0, issued_ = 0, runs_closed_ = 0;
  bool dry_ = false;
  bool closed_ = false;
};

}  // namespace perso::run
