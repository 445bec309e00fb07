// What the events say that the other tables should hold: written apart from the code that fills them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain.hpp"

namespace perso::ledger {

struct ReplayedBatch {
  std::string profile;
  std::int64_t first = 0, orders = 0, event = 0;
  Bytes commitment;
  std::vector<std::int64_t> results;  // events that delivered one, ascending
};

struct ReplayedRun {
  std::string order_id;
  Bytes chip;
  std::int64_t bound = 0;
  std::optional<Bytes> promise, sod;
  std::optional<std::string> outcome, why;
  std::optional<std::int64_t> closed;
  std::int64_t last_event = 0;
};

/// An order that at least one run was made for, or that was held; any other is as it was imported.
struct ReplayedOrder {
  std::string state;
  std::int64_t failures = 0;
  std::optional<std::int64_t> issued_at;
  std::int64_t last_event = 0;  // an issued one's: that of its issue
};

/// Holders were forgotten whose orders were issued before that moment.
struct Forgetting {
  std::int64_t event = 0, before = 0;
  bool of_delivered = false;  // of those alone whose result was delivered; ledgers of version 1 did not ask
};

/// Memory: some 300 bytes for each run.
class Replay {
 public:
  /// Events in order, from the first. @throws Error ledger_damaged "event 17: ..." where it contradicts those
  /// before it
  void apply(const Event& event);

  std::map<std::string, ReplayedBatch> batches;
  std::map<std::string, ReplayedOrder> orders;
  std::map<std::string, ReplayedRun> runs;  // by the hex of their ids
  std::vector<Forgetting> forgettings;      // in order

  /// The event that first delivered the result of an order of this batch as issued.
  std::optional<std::int64_t> delivered(const ReplayedOrder& order, const ReplayedBatch& batch) const;
  /// The event that forgot its holder.
  std::optional<std::int64_t> forgotten(const ReplayedOrder& order, const ReplayedBatch& batch) const;

 private:
  void imported(const Event& event);
  void opened(const Event& event);
  void bound(const Event& event);
  void promised(const Event& event);
  void closed(const Event& event);
  void held(const Event& event);
  void released(const Event& event);
  void forgetting(const Event& event);
  void result(const Event& event);
  ReplayedRun& open_run(const Event& event, const std::string& run);
};

}  // namespace perso::ledger
