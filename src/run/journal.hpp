// The journal port: what a run asks of the ledger. Every call that changes something is durable when it
// returns: intent before effect.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keys/keys.hpp"
#include "plan/order.hpp"

namespace perso::run {

/// The name of one run, random; it is the chip's progress mark while the card is made.
using RunId = std::array<std::uint8_t, 16>;

enum class Outcome {
  issued,    // locked, verified afresh, and as the ledger committed
  rejected,  // not the card that it should be: it fails a check, or carries what the ledger did not commit
  spoiled,   // written, and never to be a card: interrupted, or it refused a step
  returned,  // nothing was written: the chip goes back to stock
};
std::string_view name_of(Outcome outcome);

/// What the ledger knows of a chip.
struct ChipHistory {
  enum class Standing {
    unknown,      // never bound, or returned
    uncertain,    // an open run promised an EF.SOD for it: it may be locked and whole
    interrupted,  // an open run, or a run closed after a crash, that had promised nothing yet: it cannot be
                  // whole
    in_work,      // this station works on its run just now
    issued,
    rejected,
    spoiled
  };
  Standing standing = Standing::unknown;
  std::optional<RunId> run;  // the last one
  std::string order_id;
};

/// What the finished card must carry; committed before the lock.
struct Promise {
  std::string number;
  std::string replacement;
  Bytes sod_digest;                          // plan::Plan::digest
  std::map<std::string, Bytes> public_keys;  // that the chip made
};

/// Key check values of a key set, and its version on the chip.
struct KeySetCheck {
  std::uint8_t version = 0;
  std::array<keys::Kcv, 3> kcvs{};  // enc, mac, dek
};

/// The blank card that an order is bound to.
struct Blank {
  keys::ChipId chip;
  Bytes atr;  // answer to reset, at most 33 bytes
  std::string
      body;  // the card body's serial number where it is known, else empty; at most 64 printable characters

  Blank(const keys::ChipId& its_chip, Bytes its_atr = {}, std::string its_body = {})
      : chip(its_chip), atr(std::move(its_atr)), body(std::move(its_body)) {}
};

/// Implemented by the ledger. Thread-safe: every writer's thread calls it.
/// Calls throw Error ledger_io, ledger_damaged, ledger_rolled_back.
class Journal {
 public:
  virtual ~Journal() = default;

  /// The oldest queued order of the profile of that name that no writer holds; it is held (in memory alone)
  /// until `bind` or `put_back`.
  virtual std::optional<plan::Order> take_order(const std::string& profile) = 0;
  virtual void put_back(const std::string& order_id) = 0;

  /// Makes an order wait for a person that cannot be made as it is. One durable commit.
  virtual void hold(const std::string& order_id, std::string_view why) = 0;

  virtual ChipHistory history(const keys::ChipId& chip) = 0;
  /// The order of an open run. @throws Error ledger_damaged where it does not open
  virtual plan::Order order_of(const RunId& run) = 0;
  /// Works on an uncertain run again; false when somebody does already. In memory alone, as is `let_go`.
  virtual bool take_up(const RunId& run) = 0;
  /// Nobody works on this run any more: it stays open until its chip is seen again. A bound run is worked on
  /// until this or `close`.
  virtual void let_go(const RunId& run) = 0;
  /// Open runs that promised an EF.SOD. One that nobody works on waits until its chip is seen again.
  virtual std::size_t uncertain() = 0;
  /// The orders of those of the profile of that name on which nobody works, one a call, the latest first: a
  /// chip that says who it is to those alone who open it may be of any of them.
  /// @param after the order that the last call gave; empty for the first. nullopt behind the last one
  /// @throws Error ledger_damaged as `order_of`
  virtual std::optional<plan::Order> waiting(const std::string& profile, const std::string& after) = 0;

  /// Binds order, chip and writer under a new run, before the first write. One durable commit.
  /// @throws Error Code::order_duplicate when the order, its number with this replacement count, or the chip
  /// stands in another run that is open or issued
  virtual void bind(const RunId& run, const std::string& order_id, const Blank& blank,
                    const std::string& writer) = 0;
  /// Before PUT KEY: the key set that opens the chip now and the one that will. One durable commit.
  virtual void rekeying(const RunId& run, const KeySetCheck& current, const KeySetCheck& next) = 0;
  /// Before the lock: what the card will carry. One durable commit.
  /// @throws Error Code::promise_broken when number or replacement are not those of the run's order
  virtual void promise(const RunId& run, const Promise& promise) = 0;
  /// Whether this number and EF.SOD are what was promised for this run.
  virtual bool keeps_promise(const RunId& run, const std::string& number, ByteView sod_digest) = 0;
  /// Ends the run. `why` is the code that ended it, or empty for issued. A returned run puts its order back
  /// into the queue; so does a spoiled one, and one rejected before its promise, until the order has failed
  /// three times. Then, and when a card was rejected after its promise, the order waits for a person. One
  /// durable commit.
  virtual void close(const RunId& run, Outcome outcome, std::string_view why) = 0;
  /// A chip that was refused before it was bound, for the record. One durable commit.
  virtual void refused(const std::optional<keys::ChipId>& chip, const std::string& writer,
                       std::string_view why) = 0;
};

}  // namespace perso::run
