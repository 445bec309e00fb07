// What stands behind a Ledger: the files of its home, the chain's end, and the one way in which something is
// changed.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "ledger/chain.hpp"
#include "ledger/files.hpp"
#include "ledger/head.hpp"
#include "ledger/ledger.hpp"
#include "ledger/orders.hpp"

namespace perso::ledger {

using Json = nlohmann::json;

struct Ledger::Impl {
  Impl(const std::filesystem::path& home, const keys::LedgerKeys& ledger_keys, Clock& its_clock,
       const Actor& its_actor);

  /// A call on the ledger: alone, and only while what is on the disk is known.
  class Call {
   public:
    /// @throws Error ledger_io after a commit that failed
    explicit Call(Impl& impl);

   private:
    std::lock_guard<std::mutex> lock_;
  };

  /// What an event says beside who did it and when.
  struct Change {
    std::string kind;
    Json body = Json::object();
    std::optional<std::string> order_id = {};
    std::optional<Bytes> run = {}, chip = {};
  };

  /// One durable change: the event and, in `update`, the rows that it explains, in one transaction; then the
  /// mark. Whatever fails in here leaves the disk in doubt, and the ledger refuses further work. Every check
  /// comes before it.
  void record(Change change, const std::function<void(const Event&)>& update);

  struct OpenRun {
    std::string order_id;
    std::int64_t position = 0, failures = 0;
    Bytes number, chip;
    std::optional<Bytes> promise;
  };
  /// @throws Error ledger_damaged where no such run is open
  OpenRun open_run(const run::RunId& run);
  void close_run(const run::RunId& run, run::Outcome outcome, std::string_view why, std::int64_t event);
  void set_order(std::int64_t position, std::string_view state, std::int64_t failures);
  Bytes promise_commitment(const run::RunId& run, const std::string& number, ByteView sod_digest) const;

  /// Removes what a crash left half-way in, closes the runs that it ended, and puts the opening on record.
  void recover();

  std::filesystem::path home;
  HomeLock lock;
  const keys::LedgerKeys& keys;
  Clock& clock;
  Actor actor;
  Database database;
  Chain chain;
  HighWaterMark mark;
  Head head;
  std::set<std::int64_t> held;   // positions of queued orders that a writer has taken
  std::set<run::RunId> in_work;  // open runs that a writer works on
  bool in_doubt = false;
  std::mutex mutex;
};

inline Bytes bytes_of(const run::RunId& run) {
  return {run.begin(), run.end()};
}
inline Bytes bytes_of(const keys::ChipId& chip) {
  return {chip.bytes.begin(), chip.bytes.end()};
}

/// A run's id as it was stored. @throws Error ledger_damaged for another length
run::RunId run_id_of(ByteView stored);

}  // namespace perso::ledger
