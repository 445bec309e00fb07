// The ports of a run with a stopwatch at each: a chip in a slot, and a ledger behind a journal.
#pragma once

#include <time.h>

#include <chrono>
#include <mutex>
#include <vector>

#include "iso7816/card.hpp"
#include "ledger/ledger.hpp"
#include "vchip/chip.hpp"

namespace perso::bench {

using Nanoseconds = std::chrono::nanoseconds;

/// A time by the clock on the wall, and by the processor at work: other programs on a busy machine lengthen
/// the one and not the other.
struct Time {
  Nanoseconds wall{}, processor{};
  Time& operator+=(const Time& other);
  Time& operator-=(const Time& other);
};

class Stopwatch {
 public:
  /// @param processor whose work counts: this thread's, or with CLOCK_PROCESS_CPUTIME_ID that of all threads
  explicit Stopwatch(clockid_t processor = CLOCK_THREAD_CPUTIME_ID) : processor_(processor), begun_(now()) {}
  Time read() const;

 private:
  Time now() const;
  clockid_t processor_;
  Time begun_;
};

class RealClock final : public Clock {
 public:
  Instant now() override;
  Nanoseconds elapsed() override;
  void sleep(std::chrono::milliseconds duration) override;
};

struct Exchange {
  Bytes command, answer;
};

/// One chip, always there. Everything that goes over to it is kept, a list for each connection.
class ChipSlot final : public iso7816::Slot {
 public:
  explicit ChipSlot(vchip::Chip& chip) : chip_(chip) {}
  const std::string& name() const override { return name_; }
  bool wait_for_card(std::chrono::milliseconds) override { return true; }
  bool wait_for_removal(std::chrono::milliseconds) override { return true; }
  std::unique_ptr<iso7816::Connection> connect() override;

  /// What the chip took, and keeping the record of it: no part of the host's time.
  Time chip_time;
  std::vector<std::vector<Exchange>> connections;

 private:
  vchip::Chip& chip_;
  std::string name_ = "bench";
};

/// Passes everything on, and times what is durable. Thread-safe.
class TimedJournal final : public run::Journal {
 public:
  explicit TimedJournal(run::Journal& journal) : journal_(journal) {}

  std::optional<plan::Order> take_order(const std::string& profile) override {
    return journal_.take_order(profile);
  }
  void put_back(const std::string& order_id) override { journal_.put_back(order_id); }
  run::ChipHistory history(const keys::ChipId& chip) override { return journal_.history(chip); }
  plan::Order order_of(const run::RunId& run) override { return journal_.order_of(run); }
  std::size_t uncertain() override { return journal_.uncertain(); }
  std::optional<plan::Order> waiting(const std::string& profile, const std::string& after) override {
    return journal_.waiting(profile, after);
  }
  bool keeps_promise(const run::RunId& run, const std::string& number, ByteView sod_digest) override {
    return journal_.keeps_promise(run, number, sod_digest);
  }
  bool take_up(const run::RunId& run) override { return journal_.take_up(run); }
  void let_go(const run::RunId& run) override { journal_.let_go(run); }
  void hold(const std::string& order_id, std::string_view why) override;
  void bind(const run::RunId& run, const std::string& order_id, const run::Blank& blank,
            const std::string& writer) override;
  void rekeying(const run::RunId& run, const run::KeySetCheck& current,
                const run::KeySetCheck& next) override;
  void promise(const run::RunId& run, const run::Promise& promise) override;
  void close(const run::RunId& run, run::Outcome outcome, std::string_view why) override;
  void refused(const std::optional<keys::ChipId>& chip, const std::string& writer,
               std::string_view why) override;

  /// Those since the last call.
  std::vector<Time> take_commits();

 private:
  template <typename Change>
  void commit(Change change) {
    const Stopwatch watch;
    change();
    const Time took = watch.read();
    const std::lock_guard lock(mutex_);
    commits_.push_back(took);
  }
  run::Journal& journal_;
  std::mutex mutex_;
  std::vector<Time> commits_;
};

}  // namespace perso::bench
