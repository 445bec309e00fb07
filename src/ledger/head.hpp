// The high-water mark: how far the chain has come, authenticated, in a file of its own beside the database.
//
// ledger.head has two slots, one 4,096-byte block each; the mark of event N stands in slot N mod 2:
//
//   seq (8, big-endian) | link of that event (32) | HMAC over both (32)
//
// A commit makes the database durable first and then overwrites the older slot, so that a crash anywhere
// leaves the newer slot whole and the database ahead of it by one event at most, which `agreed_head` accepts.
//
// It finds: a tail cut from the database, an older copy of the database or of this file put back alone,
// another ledger's file, and a change of this file. (A broken slot whose event stands in the database is what
// a crash leaves: it is written anew, and nothing is lost.) It cannot find: older copies of both files, of
// one and the same moment, put back together. Against that, keep what `perso ledger verify` prints (events
// and head) outside of the station: every later chain contains it.
#pragma once

#include "ledger/chain.hpp"
#include "ledger/files.hpp"

namespace perso::ledger {

class HighWaterMark {
 public:
  /// Makes the file, for an empty chain. @throws Error ledger_io
  static HighWaterMark create(const std::filesystem::path& home, const keys::LedgerKeys& keys);
  /// @throws Error ledger_damaged where the file is missing or no slot is whole, ledger_io
  HighWaterMark(const std::filesystem::path& home, const keys::LedgerKeys& keys);

  const Head& head() const { return head_; }
  /// The slot of the following event is broken, as a crash in the middle of writing it leaves it.
  bool torn() const { return torn_; }
  /// Durable when it returns. `head` follows the mark, or is the mark.
  void raise(const Head& head);

 private:
  HighWaterMark(PrivateFile file, const keys::LedgerKeys& keys) : file_(std::move(file)), keys_(keys) {}
  std::optional<Head> read(std::size_t slot) const;
  PrivateFile file_;
  const keys::LedgerKeys& keys_;
  Head head_;
  bool torn_ = false;
};

/// The end of the chain in the database, held against the mark; raises the mark where a crash left it behind.
/// @throws Error ledger_rolled_back, ledger_damaged
Head agreed_head(Database& database, const Chain& chain, HighWaterMark& mark);

}  // namespace perso::ledger
