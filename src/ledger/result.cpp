// What became of a batch, and when its holders may be forgotten.

#include <tuple>

#include "bytes/error.hpp"
#include "ledger/impl.hpp"
#include "ledger/rules.hpp"
#include "plan/values.hpp"

namespace perso::ledger {

namespace {

/// A member of an event's body; empty where it has none.
std::string text_in(const std::string& body, const char* key) {
  const Json json = Json::parse(body, nullptr, false);
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The fields in which the orders of a batch have what its result hands out: the station's profile may be
/// another by now.
struct HandedOut {
  std::string number;
  std::string access_number;  // empty where the edition has none
};

/// @throws Error Code::usage for a batch that is not there
HandedOut handed_out(Database& database, const std::string& batch) {
  auto row = database.query("SELECT body FROM batches JOIN events ON seq = event WHERE name = ?", {batch});
  if (!row.step()) throw Error(Code::usage, "the ledger has no such batch");
  HandedOut fields{text_in(row.text(0), "number_field"), text_in(row.text(0), "access_number_field")};
  // Ledgers of version 1 name none: their one edition had its number in this field.
  if (fields.number.empty()) fields.number = "number";
  return fields;
}

/// Why orders of a batch were last made to wait without a run.
struct Hold {
  std::int64_t event = 0;
  std::string why;
};
std::map<std::string, Hold> holds_of(Database& database, const std::string& batch) {
  std::map<std::string, Hold> holds;
  auto row = database.query(
      "SELECT id, seq, body FROM events JOIN orders ON id = order_id"
      " WHERE kind = 'held' AND batch = ? ORDER BY seq",
      {batch});
  while (row.step()) holds[row.text(0)] = {row.integer(1), text_in(row.text(2), "why")};
  return holds;
}

}  // namespace

Delivery Ledger::deliver(const std::string& batch, const std::function<void(const ResultLine&)>& each,
                         const std::function<void()>& kept) {
  const Impl::Call call(*impl_);
  Database& database = impl_->database;
  const HandedOut fields = handed_out(database, batch);
  const auto holds = holds_of(database, batch);
  Delivery delivery;
  {
    auto row = database.query(
        "SELECT orders.position, id, state, wrapped IS NOT NULL, run, chip, sod, outcome, why, "
        "coalesce(closed, bound)"
        " FROM orders LEFT JOIN order_keys USING (position)"
        " LEFT JOIN runs ON run ="
        "  (SELECT run FROM runs WHERE runs.position = orders.position ORDER BY bound DESC LIMIT 1)"
        " WHERE batch = ? ORDER BY orders.position",
        {batch});
    while (row.step()) {
      ResultLine line{row.text(1), row.text(2), row.text(7), row.text(8), {}, {}, {}, {}};
      const bool issued = line.state == state::issued;
      const auto hold = holds.find(line.order);
      if (hold != holds.end() && hold->second.event > row.integer(9))
        std::tie(line.outcome, line.why) = std::tuple(state::held, hold->second.why);
      if (issued) line.chip = to_hex(row.blob(5));
      if (row.integer(3) != 0) {
        const plan::Order order = open_order(database, impl_->keys, row.integer(0));
        line.number = plan::value_of(order, fields.number);
        if (issued) line.access_number = plan::value_of(order, fields.access_number);
        if (const auto sod = row.optional_blob(6); issued && sod)
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
      "SELECT position FROM orders JOIN order_keys USING (position) WHERE state = 'issued'"
      " AND issued_at < ? AND delivered IS NOT NULL";
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
