// What became of a batch, and when its holders may be forgotten.

#include "bytes/error.hpp"
#include "ledger/impl.hpp"
#include "ledger/rules.hpp"

namespace perso::ledger {

namespace {

/// @throws Error Code::usage for a batch that is not there, or of another profile
void require_batch(Database& database, const std::string& batch, const std::string& profile) {
  auto row = database.query("SELECT profile FROM batches WHERE name = ?", {batch});
  if (!row.step()) throw Error(Code::usage, "the ledger has no such batch");
  if (row.text(0) != profile)
    throw Error(Code::usage, "batch " + batch + " is of profile " + row.text(0) + ", and not of " + profile);
}

}  // namespace

Delivery Ledger::deliver(const std::string& batch, const profile::Profile& profile,
                         const std::function<void(const ResultLine&)>& each,
                         const std::function<void()>& kept) {
  const Impl::Call call(*impl_);
  Database& database = impl_->database;
  require_batch(database, batch, profile.name);
  Delivery delivery;
  {
    auto row = database.query(
        "SELECT orders.position, id, state, wrapped IS NOT NULL, run, chip, sod FROM orders"
        " LEFT JOIN order_keys USING (position)"
        " LEFT JOIN runs ON runs.position = orders.position AND outcome = 'issued'"
        " WHERE batch = ? ORDER BY orders.position",
        {batch});
    while (row.step()) {
      ResultLine line{row.text(1), row.text(2), {}, to_hex(row.blob(5)), {}, {}};
      const bool issued = line.state == state::issued;
      if (row.integer(3) != 0) {
        const plan::Order order = open_order(database, impl_->keys, row.integer(0));
        line.number = order.number(profile);
        if (issued) line.access_number = order.access_number(profile);
        if (const auto sod = row.optional_blob(6))
          line.sod_digest =
              to_hex(open_sod(database, impl_->keys, row.integer(0), run_id_of(row.blob(4)), *sod));
      }
      each(line);
      ++delivery.orders;
      delivery.issued += issued ? 1 : 0;
    }
  }
  kept();
  impl_->record(
      {.kind = "result",
       .body = {{"batch", batch}, {"orders", delivery.orders}, {"issued", delivery.issued}}},
      [&](const Event& event) {
        database.run(
            "UPDATE orders SET delivered = ? WHERE batch = ? AND state = 'issued' AND delivered IS NULL",
            {event.seq, batch});
      });
  return delivery;
}

std::size_t Ledger::forget(Instant before) {
  const Impl::Call call(*impl_);
  Database& database = impl_->database;
  const std::int64_t limit = before.time_since_epoch().count();
  constexpr std::string_view due =
      "SELECT position FROM orders JOIN order_keys USING (position) WHERE state = 'issued' AND issued_at < ? "
      "AND "
      "delivered IS NOT NULL";
  const auto count = database.number("SELECT count(*) FROM (" + std::string(due) + ")", {limit});
  if (count == 0) return 0;
  impl_->record({.kind = "forgotten", .body = {{"before", limit}, {"delivered", true}, {"orders", count}}},
                [&](const Event&) {
                  database.run("DELETE FROM order_keys WHERE position IN (" + std::string(due) + ")",
                               {limit});
                });
  // The key was also in the write-ahead log, in pages older than this one.
  sweep_holders(database);
  database.checkpoint();
  return static_cast<std::size_t>(count);
}

}  // namespace perso::ledger
