// Orders in the database: taken in by batches, with the holder's data sealed under a key of each order.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "keys/keys.hpp"
#include "ledger/database.hpp"
#include "plan/order.hpp"
#include "run/journal.hpp"

namespace perso::ledger {

/// The part of an `orders` row that never changes.
struct OrderRow {
  std::int64_t position = 0;
  std::string id, batch;
  Bytes number;  // number_index
  Bytes holder;  // holder_commitment
};

/// The keyed index under which a number with its replacement count is found again for ever, and cannot be
/// guessed.
Bytes number_index(const keys::LedgerKeys& keys, const std::string& number, const std::string& replacement);
/// Over the wrapped key and the sealed data of one order.
Bytes holder_commitment(const keys::LedgerKeys& keys, ByteView wrapped, ByteView sealed);
Bytes order_commitment(const keys::LedgerKeys& keys, const OrderRow& row);
/// The commitment of a batch grows by that of each of its orders; it starts empty.
Bytes batch_commitment(const keys::LedgerKeys& keys, ByteView before, ByteView order);

/// A batch on its way in. Rows go to the disk in transactions of some 4 MB, marked as importing, and nobody
/// is shown them before `Staging::adopt` in the transaction of the batch's event. What a crash leaves,
/// `discard_staged` removes.
class Staging {
 public:
  /// @throws Error order_duplicate for a batch that was taken in before
  Staging(Database& database, const keys::LedgerKeys& keys, const std::string& batch,
          const profile::Profile& profile);

  /// @throws Error order_duplicate naming the order, and the order that has its number
  void add(const plan::Order& order);
  /// All rows are on the disk.
  void finish();
  /// Makes the batch one of the ledger's.
  void adopt(std::int64_t event);

  std::int64_t first() const { return first_; }
  std::int64_t count() const { return next_ - first_; }
  const Bytes& commitment() const { return commitment_; }

 private:
  void refuse_duplicates(const OrderRow& row);
  Database& database_;
  const keys::LedgerKeys& keys_;
  const std::string& batch_;
  const profile::Profile& profile_;
  std::int64_t first_, next_;
  Bytes commitment_;
  std::optional<Transaction> transaction_;
  std::size_t pending_bytes_ = 0;
};

/// Removes batches that were not adopted, in small transactions.
void discard_staged(Database& database);

/// Removes sealed data whose key is gone, in small transactions.
void sweep_holders(Database& database);

/// The oldest queued order of that profile whose position is not in `held`.
std::optional<std::int64_t> next_in_queue(Database& database, const std::string& profile,
                                          const std::set<std::int64_t>& held);

/// The place of the order with this id.
std::optional<std::int64_t> position_of(Database& database, const std::string& order_id);

/// @throws Error ledger_damaged where it does not open
plan::Order open_order(Database& database, const keys::LedgerKeys& keys, std::int64_t position);

/// An EF.SOD digest under the key of its order, so that it goes when the holder is forgotten: whoever has a
/// card and the ledger does not find the one by the other.
Bytes seal_sod(Database& database, const keys::LedgerKeys& keys, std::int64_t position, const run::RunId& run,
               ByteView digest);
/// @throws Error ledger_damaged where it does not open
Bytes open_sod(Database& database, const keys::LedgerKeys& keys, std::int64_t position, const run::RunId& run,
               ByteView sealed);

}  // namespace perso::ledger
