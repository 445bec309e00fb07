#include "run/line.hpp"

#include <deque>
#include <mutex>
#include <thread>

namespace perso::run {

namespace {

constexpr std::chrono::milliseconds poll_interval{250};
constexpr std::chrono::milliseconds uncertain_wait{3000};

/// What the writers share: how much is left to do, what came of it, and who ended the line.
class Shared {
 public:
  Shared(const Edition& edition, const Station& station, const LineRules& rules, LineObserver& observer,
         const StopRequest& stop, std::size_t writers)
      : edition_(edition),
        station_(station),
        rules_(rules),
        observer_(observer),
        stop_request_(stop),
        ahead_(writers) {}

  const Edition& edition() const { return edition_; }
  const Station& station() const { return station_; }
  const LineRules& rules() const { return rules_; }

  /// Prepares orders ahead, until there is one for each writer or the queue is empty.
  void stock_up() {
    while (wants_stock()) {
      auto order = station_.journal.take_order();
      if (!order) return;
      try {
        Prepared prepared = prepare(*order);
        const std::lock_guard lock(mutex_);
        stock_.push_back(std::move(prepared));
      } catch (const Error& error) {
        if (exit_code_of(error.code()) >= 4) throw;
        hold(order->id, error);
      }
    }
  }

  /// An order for a card that is there; it is in work until `give_back` or `done`.
  std::optional<Prepared> take() {
    const std::lock_guard lock(mutex_);
    if (stock_.empty() || !may_begin()) return std::nullopt;
    Prepared prepared = std::move(stock_.front());
    stock_.pop_front();
    ++in_work_;
    return prepared;
  }

  void done() {
    const std::lock_guard lock(mutex_);
    --in_work_;
  }

  void give_back(Prepared&& prepared) {
    const std::lock_guard lock(mutex_);
    --in_work_;
    stock_.push_front(std::move(prepared));
  }

  enum class Left { orders, orders_may_come_back, nothing };
  Left left() {
    const std::lock_guard lock(mutex_);
    if (!stock_.empty() && may_begin()) return Left::orders;
    return in_work_ > 0 ? Left::orders_may_come_back : Left::nothing;
  }

  bool ending() {
    if (stop_request_()) return true;
    const std::lock_guard lock(mutex_);
    return ending_;
  }

  void count(const std::string& writer, const Result& result, std::chrono::nanoseconds took) {
    const std::lock_guard lock(mutex_);
    if (result.outcome == Outcome::issued) ++report_.issued;
    if (result.verified) ++report_.verified;
    if (result.outcome == Outcome::rejected) ++report_.rejected;
    if (result.outcome == Outcome::spoiled) ++report_.spoiled;
    if (result.outcome == Outcome::returned) ++report_.returned;
    if (!result.outcome && result.why && result.order_id.empty()) ++report_.refused;
    if (result.why) report_.last_failure = result.why;
    observer_.ended(writer, result, took);
  }

  void failed(const std::string& writer, const Error& error) {
    const std::lock_guard lock(mutex_);
    report_.last_failure = error;
    Result result;
    result.why = error;
    observer_.ended(writer, result, {});
  }

  void stopped_by_rule(const std::string& writer) {
    const std::lock_guard lock(mutex_);
    report_.stopped_by_rule = true;
    observer_.stopped(
        writer, Error(Code::stopped_by_rule, std::to_string(rules_.failures_in_row) +
                                                 " failures in a row: see to the writer and its cards"));
  }

  void waiting(const std::string& writer) {
    const std::lock_guard lock(mutex_);
    observer_.waiting(writer);
  }

  void step(const std::string& writer, std::string_view step) {
    const std::lock_guard lock(mutex_);
    observer_.step(writer, step);
  }

  void end_station(std::exception_ptr why) {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (!why_) why_ = std::move(why);
  }

  LineReport finish() {
    for (const Prepared& prepared : stock_) station_.journal.put_back(prepared.order.id);
    if (why_) std::rethrow_exception(why_);
    report_.waiting_for_chip = station_.journal.uncertain();
    return report_;
  }

 private:
  bool may_begin() const { return !ending_ && report_.issued + in_work_ < rules_.count; }

  /// The profile may be another than the one that the order was checked against when it was taken in.
  Prepared prepare(plan::Order order) const {
    plan::check(order, edition_.profile, "order " + order.id);
    plan::Plan plan = plan::compile(edition_.profile, order);
    return {std::move(order), std::move(plan)};
  }

  /// An order that cannot be made does not keep the others waiting.
  void hold(const std::string& order_id, const Error& error) {
    station_.journal.hold(order_id, name_of(error.code()));
    const std::lock_guard lock(mutex_);
    ++report_.held;
    report_.last_failure = error;
    observer_.held(order_id, error);
  }

  bool wants_stock() {
    const std::lock_guard lock(mutex_);
    return stock_.size() < ahead_ && may_begin();
  }

  const Edition& edition_;
  const Station& station_;
  const LineRules& rules_;
  LineObserver& observer_;
  const StopRequest& stop_request_;
  const std::size_t ahead_;
  std::mutex mutex_;
  LineReport report_;
  std::deque<Prepared> stock_;  // shared, so that no order waits at a writer to which no card comes
  std::size_t in_work_ = 0;
  bool ending_ = false;
  std::exception_ptr why_;
};

/// One writer's thread.
class Worker {
 public:
  Worker(const Writer& writer, Shared& shared) : writer_(writer), shared_(shared) {}

  void work() {
    bool more = true;
    while (more && !shared_.ending() && failures_ < shared_.rules().failures_in_row) {
      try {
        more = go_on();
      } catch (const Error& error) {
        if (exit_code_of(error.code()) != 4) throw;
        reader_failed(error);
      }
    }
    if (failures_ >= shared_.rules().failures_in_row) shared_.stopped_by_rule(writer_.name);
  }

 private:
  /// One card, or a while of waiting for it. False when nothing is left to do here.
  bool go_on() {
    shared_.stock_up();
    switch (shared_.left()) {
      case Shared::Left::orders:
        break;
      case Shared::Left::orders_may_come_back:
        shared_.station().clock.sleep(poll_interval);
        return true;
      case Shared::Left::nothing:
        return look_for_uncertain();
    }
    if (!card_comes()) return waited_ < shared_.rules().card_wait;
    if (auto prepared = shared_.take()) {
      if (handle(&*prepared))
        shared_.done();
      else
        shared_.give_back(std::move(*prepared));
    }
    return true;
  }

  /// Without orders: a run that a crash left open may be closed if its chip is the one that is in the writer.
  bool look_for_uncertain() {
    if (looked_ || shared_.station().journal.uncertain() == 0) return false;
    if (!card_comes()) return waited_ < uncertain_wait;
    looked_ = true;
    handle(nullptr);
    return true;
  }

  /// Waits a little for a card that was not handled yet.
  bool card_comes() {
    if (waited_ == std::chrono::milliseconds::zero()) shared_.waiting(writer_.name);
    const auto begun = shared_.station().clock.elapsed();
    const bool came = (!handled_ || removed()) && writer_.slot.wait_for_card(poll_interval);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(shared_.station().clock.elapsed() - begun);
    waited_ += std::max(took, std::chrono::milliseconds{1});
    return came;
  }

  bool removed() {
    if (writer_.slot.wait_for_removal(poll_interval)) handled_ = false;
    return !handled_;
  }

  /// Whether the order was used.
  bool handle(const Prepared* prepared) {
    waited_ = {};
    handled_ = true;
    const auto begun = shared_.station().clock.elapsed();
    const Result result = run_card(writer_, prepared, shared_.edition(), shared_.station(),
                                   [this](std::string_view step) { shared_.step(writer_.name, step); });
    shared_.count(writer_.name, result, shared_.station().clock.elapsed() - begun);
    failures_ = result.why ? failures_ + 1 : 0;
    // Where the reader failed before the card could say who it is, the card may still have its run.
    if (result.why && !result.chip && exit_code_of(result.why->code()) == 4) handled_ = false;
    // So may a blank that was only looked at.
    if (!result.why && !result.outcome) handled_ = false;
    return result.used_order;
  }

  void reader_failed(const Error& error) {
    ++failures_;
    handled_ = false;
    shared_.failed(writer_.name, error);
    shared_.station().clock.sleep(poll_interval);
  }

  const Writer& writer_;
  Shared& shared_;
  std::size_t failures_ = 0;
  bool looked_ = false;   // at one card without an order for it
  bool handled_ = false;  // the card that is in the slot had its run
  std::chrono::milliseconds waited_{};
};

}  // namespace

LineReport run_line(const std::vector<Writer>& writers, const Edition& edition, const Station& station,
                    const LineRules& rules, LineObserver& observer, const StopRequest& stop) {
  Shared shared(edition, station, rules, observer, stop, writers.size());
  std::vector<std::jthread> threads;
  threads.reserve(writers.size());
  for (const Writer& writer : writers)
    threads.emplace_back([&shared, &writer, &observer] {
      observer.started(writer.name);
      try {
        Worker(writer, shared).work();
      } catch (...) {
        shared.end_station(std::current_exception());
      }
      observer.finished(writer.name);
    });
  for (std::jthread& thread : threads) thread.join();
  return shared.finish();
}

}  // namespace perso::run
