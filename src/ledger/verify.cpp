// Holds every row against the chain: first the events, then what they explain.

#include "bytes/error.hpp"
#include "ledger/impl.hpp"
#include "ledger/replay.hpp"
#include "ledger/schema.hpp"

namespace perso::ledger {

namespace {

[[noreturn]] void failure(const std::string& what) {
  throw Error(Code::ledger_damaged, what);
}

/// Compares one row's columns with what the events say and names the first that differs.
class RowCheck {
 public:
  RowCheck(std::string row, std::int64_t event) : row_(std::move(row)), event_(event) {}

  template <typename A, typename B>
  const RowCheck& same(std::string_view column, const A& found, const B& expected) const {
    if (!(found == expected))
      failure(row_ + ": " + std::string(column) + " differs from event " + std::to_string(event_));
    return *this;
  }

 private:
  std::string row_;
  std::int64_t event_;
};

class Verification {
 public:
  Verification(Database& database, const keys::LedgerKeys& keys, const Chain& chain, const Head& head)
      : database_(database), keys_(keys), chain_(chain), head_(head) {}

  void events() {
    each_event(database_, [&](const Event& event) {
      if (const auto fault = chain_.fault(event, reached_)) failure(*fault);
      replay_.apply(event);
      reached_ = {event.seq, event.link};
    });
    if (reached_ != head_) failure("event " + std::to_string(reached_.seq + 1) + ": is missing");
  }

  void batches() {
    auto row = database_.query("SELECT name, profile, first, orders, commitment, event FROM batches");
    std::size_t rows = 0;
    for (; row.step(); ++rows) {
      const auto expected = replay_.batches.find(row.text(0));
      if (expected == replay_.batches.end()) failure("batch " + row.text(0) + ": no event imported it");
      const ReplayedBatch& batch = expected->second;
      RowCheck("batch " + row.text(0), batch.event)
          .same("profile", row.text(1), batch.profile)
          .same("first", row.integer(2), batch.first)
          .same("orders", row.optional_integer(3), std::optional(batch.orders))
          .same("commitment", row.optional_blob(4), std::optional(batch.commitment))
          .same("event", row.optional_integer(5), std::optional(batch.event));
    }
    if (rows != replay_.batches.size()) failure("batches: a row is missing");
  }

  void orders() {
    std::map<std::string, Seen> seen;
    auto row = database_.query(
        "SELECT position, id, batch, number, holder, commitment, state, failures, issued_at, delivered, "
        "wrapped, "
        "sealed FROM orders LEFT JOIN order_keys USING (position) LEFT JOIN holders USING (position) ORDER "
        "BY "
        "position");
    while (row.step()) {
      const OrderRow order{row.integer(0), row.text(1), row.text(2), row.blob(3), row.blob(4)};
      const std::string name = "order " + order.id;
      if (!equal_constant_time(row.blob(5), order_commitment(keys_, order))) failure(name + ": was changed");
      count(order, row.blob(5), seen[order.batch]);

      const auto found = replay_.orders.find(order.id);
      const ReplayedBatch& batch = replay_.batches.at(order.batch);
      const ReplayedOrder untouched{"queued", 0, {}, batch.event};
      const ReplayedOrder& expected = found == replay_.orders.end() ? untouched : found->second;
      const auto delivered = replay_.delivered(expected, batch),
                 forgotten = replay_.forgotten(expected, batch);
      RowCheck(name, expected.last_event)
          .same("state", row.text(6), expected.state)
          .same("failures", row.integer(7), expected.failures)
          .same("issued_at", row.optional_integer(8), expected.issued_at);
      RowCheck(name, delivered.value_or(expected.last_event))
          .same("delivered", row.optional_integer(9), delivered);
      RowCheck(name, forgotten.value_or(expected.last_event))
          .same("its key", row.null(10), forgotten.has_value());
      if (!forgotten &&
          (row.null(11) ||
           !equal_constant_time(order.holder, holder_commitment(keys_, row.blob(10), row.blob(11)))))
        failure(name + ": its sealed holder data was changed");
      if (found != replay_.orders.end()) ++matched_orders_;
    }
    complete(seen);
    if (matched_orders_ != replay_.orders.size()) failure("orders: a row is missing");
  }

  void runs() {
    auto row = database_.query(
        "SELECT run, coalesce(id, ''), chip, bound, promise, outcome, why, closed, sod FROM runs LEFT JOIN "
        "orders "
        "USING (position)"
        " ORDER BY bound");
    std::size_t rows = 0;
    for (; row.step(); ++rows) {
      const std::string run = to_hex(row.blob(0));
      const auto found = replay_.runs.find(run);
      if (found == replay_.runs.end()) failure("run " + run + ": no event bound it");
      const ReplayedRun& expected = found->second;
      RowCheck("run " + run, expected.last_event)
          .same("order", row.text(1), expected.order_id)
          .same("chip", row.blob(2), expected.chip)
          .same("bound", row.integer(3), expected.bound)
          .same("promise", row.optional_blob(4), expected.promise)
          .same("outcome", row.optional_text(5), expected.outcome)
          .same("why", row.optional_text(6), expected.why)
          .same("closed", row.optional_integer(7), expected.closed)
          .same("sod", row.optional_blob(8), expected.sod);
    }
    if (rows != replay_.runs.size()) failure("runs: a row is missing");
  }

  /// What no row shows: rows that belong to nothing, rules taken out of the schema, broken pages and indexes.
  void database() {
    if (database_.query("PRAGMA foreign_key_check").step())
      failure("database: a row refers to one that is missing");
    if (const auto fault = schema_fault(database_))
      failure("database: " + *fault + " is not as this program made it");
    auto row = database_.query("PRAGMA integrity_check(1)");
    if (!row.step() || row.text(0) != "ok") failure("database: SQLite finds it broken");
  }

 private:
  struct Seen {
    std::int64_t orders = 0;
    Bytes commitment;
  };

  void count(const OrderRow& order, ByteView commitment, Seen& seen) const {
    const auto batch = replay_.batches.find(order.batch);
    if (batch == replay_.batches.end()) failure("order " + order.id + ": no event imported its batch");
    if (order.position != batch->second.first + seen.orders)
      failure("batch " + order.batch + ": the order before " + order.id + " is missing");
    ++seen.orders;
    seen.commitment = batch_commitment(keys_, seen.commitment, commitment);
  }

  void complete(std::map<std::string, Seen>& seen) const {
    for (const auto& [name, batch] : replay_.batches)
      RowCheck("batch " + name, batch.event)
          .same("the number of its orders", seen[name].orders, batch.orders)
          .same("the commitment over its orders", seen[name].commitment, batch.commitment);
  }

  Database& database_;
  const keys::LedgerKeys& keys_;
  const Chain& chain_;
  const Head& head_;
  Head reached_;
  Replay replay_;
  std::size_t matched_orders_ = 0;
};

}  // namespace

VerifyResult Ledger::verify() const {
  const Impl::Call call(*impl_);
  VerifyResult result{static_cast<std::uint64_t>(impl_->head.seq), to_hex(impl_->head.link), std::nullopt};
  Verification verification(impl_->database, impl_->keys, impl_->chain, impl_->head);
  try {
    verification.events();
    verification.batches();
    verification.orders();
    verification.runs();
    verification.database();
  } catch (const Error& error) {
    if (error.code() != Code::ledger_damaged) throw;
    result.first_failure = error.message();
  }
  return result;
}

}  // namespace perso::ledger
