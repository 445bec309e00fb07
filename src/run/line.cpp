#include "run/line.hpp"

#include <mutex>
#include <thread>

#include "run/stock.hpp"

namespace perso::run {

namespace {

constexpr std::chrono::milliseconds poll_interval{250};
constexpr std::chrono::milliseconds stock_interval{10};  // well below the time of a card
constexpr std::chrono::milliseconds uncertain_wait{3000};

/// What the threads share: what came of the cards, and who ended the line.
class Shared {
 public:
  Shared(const Edition& edition, const Station& station, const LineRules& rules, LineObserver& observer,
         const StopRequest& stop, std::size_t writers)
      : edition_(edition),
        station_(station),
        rules_(rules),
        observer_(observer),
        stop_request_(stop),
        stock_(2 * writers, rules.count),
        writers_(writers) {}

  const Edition& edition() const { return edition_; }
  const Station& station() const { return station_; }
  const LineRules& rules() const { return rules_; }
  Stock& stock() { return stock_; }

  bool ending() {
    if (stop_request_()) return true;
    const std::lock_guard lock(mutex_);
    return ending_;
  }

  bool writers_at_work() {
    const std::lock_guard lock(mutex_);
    return writers_ > 0;
  }

  void writer_ended() {
    const std::lock_guard lock(mutex_);
    --writers_;
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

  /// An order that cannot be made does not keep the others waiting.
  void hold(const std::string& order_id, const Error& error) {
    station_.journal.hold(order_id, name_of(error.code()));
    const std::lock_guard lock(mutex_);
    ++report_.held;
    report_.last_failure = error;
    observer_.held(order_id, error);
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
    stock_.close();
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (!why_) why_ = std::move(why);
  }

  LineReport finish() {
    for (const Prepared& prepared : stock_.drain()) station_.journal.put_back(prepared.order.id);
    if (why_) std::rethrow_exception(why_);
    report_.waiting_for_chip = station_.journal.uncertain();
    return report_;
  }

 private:
  const Edition& edition_;
  const Station& station_;
  const LineRules& rules_;
  LineObserver& observer_;
  const StopRequest& stop_request_;
  Stock stock_;
  std::mutex mutex_;
  LineReport report_;
  std::size_t writers_;
  bool ending_ = false;
  std::exception_ptr why_;
};

/// The thread that prepares: what can be encoded and signed before a card comes is.
class Preparer {
 public:
  explicit Preparer(Shared& shared) : shared_(shared) {}

  void work() {
    while (shared_.writers_at_work() && !shared_.ending())
      if (!stock_up()) shared_.station().clock.sleep(stock_interval);
  }

 private:
  /// False when the stock is full or the queue is empty.
  bool stock_up() {
    if (!shared_.stock().wants_more()) return false;
    const std::size_t runs_closed = shared_.stock().runs_closed();
    auto order = shared_.station().journal.take_order(shared_.edition().profile.name);
    if (!order) {
      shared_.stock().dry(runs_closed);
      return false;
    }
    try {
      shared_.stock().add(prepare(*order));
    } catch (const Error& error) {
      if (exit_code_of(error.code()) >= 4) throw;
      shared_.hold(order->id, error);
    }
    return true;
  }

  /// The profile may be another than the one that the order was checked against when it was taken in.
  Prepared prepare(plan::Order order) const {
    const Edition& edition = shared_.edition();
    const Station& station = shared_.station();
    plan::check_values(order, edition.profile, "order " + order.id);
    plan::Plan plan =
        plan::compile(edition.profile, order, {edition.signers, station.random, station.clock.now()});
    return {std::move(order), std::move(plan)};
  }

  Shared& shared_;
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
    switch (shared_.stock().left()) {
      case Stock::Left::orders:
        break;
      case Stock::Left::soon:
        shared_.station().clock.sleep(stock_interval);
        return true;
      case Stock::Left::orders_may_come_back:
        shared_.station().clock.sleep(poll_interval);
        return true;
      case Stock::Left::nothing:
        return look_for_uncertain();
    }
    if (!card_comes()) return waited_ < shared_.rules().card_wait;
    if (auto prepared = shared_.stock().take()) make(std::move(*prepared));
    return true;
  }

  void make(Prepared&& prepared) {
    const Result result = handle(&prepared);
    if (result.used_order)
      shared_.stock().done();
    else
      shared_.stock().give_back(std::move(prepared));
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

  Result handle(const Prepared* prepared) {
    waited_ = {};
    handled_ = true;
    const auto begun = shared_.station().clock.elapsed();
    const Result result = run_card(writer_, prepared, shared_.edition(), shared_.station(),
                                   [this](std::string_view step) { shared_.step(writer_.name, step); });
    shared_.count(writer_.name, result, shared_.station().clock.elapsed() - begun);
    if (result.outcome) shared_.stock().closed_run(result.outcome == Outcome::issued);
    failures_ = result.why ? failures_ + 1 : 0;
    // Where the reader failed before the card could say who it is, the card may still have its run.
    if (result.why && !result.chip && exit_code_of(result.why->code()) == 4) handled_ = false;
    // So may a blank that was only looked at.
    if (!result.why && !result.outcome) handled_ = false;
    return result;
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
  const auto guarded = [&](const std::string& name, const std::function<void()>& work) {
    observer.started(name);
    try {
      work();
    } catch (...) {
      shared.end_station(std::current_exception());
    }
    observer.finished(name);
  };
  std::vector<std::jthread> threads;
  threads.reserve(writers.size() + 1);
  threads.emplace_back([&] { guarded(preparing, [&] { Preparer(shared).work(); }); });
  for (const Writer& writer : writers)
    threads.emplace_back([&] {
      guarded(writer.name, [&] { Worker(writer, shared).work(); });
      shared.writer_ended();
    });
  for (std::jthread& thread : threads) thread.join();
  return shared.finish();
}

}  // namespace perso::run
