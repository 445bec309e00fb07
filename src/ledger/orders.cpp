#include "ledger/orders.hpp"

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"
#include "ledger/chain.hpp"

namespace perso::ledger {

namespace {

constexpr std::size_t bytes_per_transaction = 4 << 20;
constexpr std::int64_t rows_per_transaction = 500;

[[noreturn]] void duplicate(const std::string& what) {
  throw Error(Code::order_duplicate, what);
}

}  // namespace

Bytes number_index(const keys::LedgerKeys& keys, const std::string& number, const std::string& replacement) {
  return keys.commit("number", Canonical().add(number).add(replacement).bytes());
}

Bytes holder_commitment(const keys::LedgerKeys& keys, ByteView wrapped, ByteView sealed) {
  return keys.commit("holder", Canonical().add(wrapped).add(sealed).bytes());
}

Bytes order_commitment(const keys::LedgerKeys& keys, const OrderRow& row) {
  return keys.commit(
      "order",
      Canonical().add(row.position).add(row.id).add(row.batch).add(row.number).add(row.holder).bytes());
}

Bytes batch_commitment(const keys::LedgerKeys& keys, ByteView before, ByteView order) {
  return keys.commit("batch", Canonical().add(before).add(order).bytes());
}

Staging::Staging(Database& database, const keys::LedgerKeys& keys, const std::string& batch,
                 const profile::Profile& profile)
    : database_(database),
      keys_(keys),
      batch_(batch),
      profile_(profile),
      first_(database.number("SELECT coalesce(max(position), 0) + 1 FROM orders")),
      next_(first_) {
  if (database_.number("SELECT count(*) FROM batches WHERE name = ?", {batch}) != 0)
    duplicate("batch " + batch + " was imported before");
  transaction_.emplace(database_);
  database_.run("INSERT INTO batches (name, profile, first) VALUES (?, ?, ?)", {batch, profile.name, first_});
}

void Staging::refuse_duplicates(const OrderRow& row) {
  auto other = database_.query("SELECT id FROM orders WHERE id = ? OR number = ?", {row.id, row.number});
  if (!other.step()) return;
  const std::string id = other.text(0);
  if (id == row.id) duplicate("order " + id + " was imported before");
  duplicate("order " + row.id + ": its number with this replacement count belongs to order " + id);
}

void Staging::add(const plan::Order& order) {
  if (!transaction_) transaction_.emplace(database_);
  OrderRow row{
      next_, order.id, batch_, number_index(keys_, order.number(profile_), order.replacement(profile_)), {}};
  refuse_duplicates(row);

  const Secret key = keys_.new_order_key();
  const Bytes wrapped = keys_.wrap(key, as_bytes(order.id));
  const Bytes sealed = keys_.seal(key, order.encode(), as_bytes(order.id));
  row.holder = holder_commitment(keys_, wrapped, sealed);
  const Bytes commitment = order_commitment(keys_, row);

  database_.run(
      "INSERT INTO orders (position, id, batch, number, holder, commitment) VALUES (?, ?, ?, ?, ?, ?)",
      {row.position, row.id, row.batch, row.number, row.holder, commitment});
  database_.run("INSERT INTO order_keys VALUES (?, ?)", {row.position, wrapped});
  database_.run("INSERT INTO holders VALUES (?, ?)", {row.position, sealed});

  commitment_ = batch_commitment(keys_, commitment_, commitment);
  ++next_;
  pending_bytes_ += sealed.size();
  if (pending_bytes_ >= bytes_per_transaction) finish();
}

void Staging::finish() {
  if (!transaction_) return;
  transaction_->commit();
  transaction_.reset();
  pending_bytes_ = 0;
}

void Staging::adopt(std::int64_t event) {
  database_.run("UPDATE batches SET orders = ?, commitment = ?, event = ? WHERE name = ?",
                {count(), commitment_, event, batch_});
}

void discard_staged(Database& database) {
  // Staged orders are the last ones: nothing is taken in beside an import.
  while (database.number("SELECT count(*) FROM batches WHERE event IS NULL") != 0) {
    Transaction transaction(database);
    const auto first = database.number("SELECT min(first) FROM batches WHERE event IS NULL");
    database.run(
        "DELETE FROM orders WHERE position IN (SELECT position FROM orders WHERE position >= ? LIMIT ?)",
        {first, rows_per_transaction});
    if (database.number("SELECT count(*) FROM orders WHERE position >= ?", {first}) == 0)
      database.run("DELETE FROM batches WHERE event IS NULL");
    transaction.commit();
  }
}

void sweep_holders(Database& database) {
  constexpr std::string_view orphans =
      "SELECT position FROM holders WHERE position NOT IN (SELECT position FROM order_keys) LIMIT ?";
  while (database.number(orphans, {std::int64_t{1}}) != 0) {
    Transaction transaction(database);
    database.run("DELETE FROM holders WHERE position IN (" + std::string(orphans) + ")",
                 {rows_per_transaction});
    transaction.commit();
  }
}

namespace {

Secret order_key(Database& database, const keys::LedgerKeys& keys, std::int64_t position) {
  auto row = database.query(
      "SELECT wrapped, id FROM order_keys JOIN orders USING (position) WHERE position = ?", {position});
  if (!row.step())
    throw Error(Code::ledger_damaged,
                "the order at position " + std::to_string(position) + " has lost its key");
  return keys.unwrap(row.blob(0), as_bytes(row.text(1)));
}

/// What a sealed digest is bound to.
Bytes sod_of(const run::RunId& run) {
  return Canonical().add("EF.SOD").add(ByteView(run)).bytes();
}

}  // namespace

Bytes seal_sod(Database& database, const keys::LedgerKeys& keys, std::int64_t position, const run::RunId& run,
               ByteView digest) {
  return keys.seal(order_key(database, keys, position), Secret::copy_of(digest), sod_of(run));
}

Bytes open_sod(Database& database, const keys::LedgerKeys& keys, std::int64_t position, const run::RunId& run,
               ByteView sealed) {
  try {
    const Secret digest = crypto::open(order_key(database, keys, position), sealed, sod_of(run));
    return {digest.expose().begin(), digest.expose().end()};
  } catch (const Error&) {
    throw Error(Code::ledger_damaged, "run " + to_hex(run) + ": its sealed EF.SOD digest was changed");
  }
}

std::optional<std::int64_t> next_in_queue(Database& database, const std::string& profile,
                                          const std::set<std::int64_t>& held) {
  // CROSS: along the queue, and never batch by batch with everything sorted afterwards.
  auto row = database.query(
      "SELECT position FROM orders CROSS JOIN batches ON name = batch"
      " WHERE state = 'queued' AND profile = ? ORDER BY position",
      {profile});
  while (row.step())
    if (!held.contains(row.integer(0))) return row.integer(0);
  return std::nullopt;
}

std::optional<std::int64_t> position_of(Database& database, const std::string& order_id) {
  auto row = database.query("SELECT position FROM orders WHERE id = ?", {order_id});
  return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

plan::Order open_order(Database& database, const keys::LedgerKeys& keys, std::int64_t position) {
  auto row = database.query(
      "SELECT id, wrapped, sealed FROM orders JOIN order_keys USING (position) JOIN holders USING (position) "
      "WHERE position = ?",
      {position});
  if (!row.step())
    throw Error(Code::ledger_damaged,
                "the order at position " + std::to_string(position) + " has lost its holder data");
  const std::string id = row.text(0);
  try {
    plan::Order order =
        plan::Order::decode(crypto::open(keys.unwrap(row.blob(1), as_bytes(id)), row.blob(2), as_bytes(id)));
    if (order.id == id) return order;
  } catch (const Error&) {
    // Which byte is wrong is not said: whatever does not open was changed.
  }
  throw Error(Code::ledger_damaged, "order " + id + ": its sealed holder data was changed");
}

}  // namespace perso::ledger
