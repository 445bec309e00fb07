// The ledger: orders, runs and cards in SQLite, as append-only events in a hash chain, with tables that the
// events explain.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>

#include "run/journal.hpp"

namespace perso::ledger {

/// Who does a command; stands in every event of it.
struct Actor {
  std::string name;     // 1 to 64 printable characters, the operator's login unless told
  std::string command;  // "run", "orders import"
};

struct OrderLine {                        // what may be shown of an order: no holder data
  std::string id, batch, profile, state;  // queued, bound, uncertain, issued, held
  std::string outcome_of_last_run, imported_at;
  int failures = 0;
};

/// What became of an order, for whoever ordered it. The two numbers are the holder's: they belong into
/// private files alone, and are empty where the holder was forgotten.
struct ResultLine {
  std::string order, state;   // as OrderLine
  std::string outcome, why;   // what it came to last, and the code that says why: its last run's outcome, or
                              // `held` without a run; empty before the first
  std::string number;         // of the card
  std::string chip;           // hex; of an issued card, as what follows
  std::string sod_digest;     // SHA-256 of its EF.SOD, hex; empty where ledgers of version 1 promised it
  std::string access_number;  // that opens the chip; empty where its profile has none
};

struct Delivery {
  std::size_t orders = 0, issued = 0;
};

struct Totals {
  std::size_t orders = 0, queued = 0, waiting = 0;  // waiting for a chip to come back or a person
  std::size_t undelivered = 0;                      // issued orders whose result nobody was told
  std::size_t drawn = 0, issued = 0, rejected = 0, spoiled = 0, returned = 0,
              open = 0;  // chips: drawn = the rest together
};

struct VerifyResult {
  std::uint64_t events = 0;
  std::string head;                          // hex of the chain's last link
  std::optional<std::string> first_failure;  // "event 17: ..." or "run 5: ...", in order of the events
};

/// One open ledger in a station's home. Holds the home's lock (flock) while it lives. Thread-safe: one
/// connection behind a mutex. Files: ledger.db (WAL), ledger.head (the authenticated high-water mark),
/// ledger.lock.
class Ledger final : public run::Journal {
 public:
  /// Makes an empty one. @throws Error Code::ledger_io where there is one
  static void create(const std::filesystem::path& home, const keys::LedgerKeys& keys, Clock& clock,
                     const Actor& actor);
  /// Locks the home, checks version, high-water mark and chain head, and closes what a crash left open: runs
  /// without a promise become spoiled and their orders go back into the queue; runs with one stay uncertain.
  /// @throws Error ledger_busy, ledger_newer, ledger_rolled_back, ledger_damaged, ledger_io
  static std::unique_ptr<Ledger> open(const std::filesystem::path& home, const keys::LedgerKeys& keys,
                                      Clock& clock, const Actor& actor);
  ~Ledger() override;

  /// Takes a whole batch or nothing. `feed` is called once and calls the function it is given for each order;
  /// meanwhile other calls wait, and `feed` must make none.
  /// @throws Error order_duplicate for an order id, a batch name or a number with replacement count that was
  /// ever taken; whatever `feed` throws
  std::size_t import(const std::string& batch, const profile::Profile& profile,
                     const std::function<void(const std::function<void(plan::Order&&)>&)>& feed);

  /// In the order of the queue. `each` must not call the ledger.
  void list_orders(const std::function<void(const OrderLine&)>& each) const;
  Totals totals() const;
  /// Queued orders of the profile of that name.
  std::size_t queued(const std::string& profile) const;
  /// A person says that an order's uncertain chip is destroyed, or that a held order is to be made again:
  /// back into the queue. The reason stands in the chain for ever, in clear.
  /// @throws Error Code::usage for an order that is neither, or a reason that is not 1 to 200 printable bytes
  void release(const std::string& order_id, const std::string& reason);
  /// Hands out what became of each order of a batch, in the order of the queue, and puts that on record once
  /// `kept` has returned: what `each` was given is then where it will last. Whatever the two throw passes
  /// through, and nothing was delivered. One durable commit. Neither may call the ledger.
  /// @throws Error Code::usage where there is no such batch
  Delivery deliver(const std::string& batch, const std::function<void(const ResultLine&)>& each,
                   const std::function<void()>& kept);
  /// Destroys the keys of holder data of orders that were issued before `before` and whose result was
  /// delivered since.
  std::size_t forget(Instant before);

  /// The order of an issued card, as long as its holder data are kept: for whoever has to open the card.
  struct IssuedOrder {
    plan::Order order;
    std::string profile;  // its name
  };
  /// By the order's id. nullopt where it is not issued, or its holder forgotten.
  std::optional<IssuedOrder> issued_order(const std::string& order_id);
  /// The last card with this number.
  std::optional<IssuedOrder> issued_with_number(const std::string& number);
  /// The last card that was issued at the writer of that name.
  std::optional<IssuedOrder> last_issued_at(const std::string& writer);

  /// What an inspection came to, as it goes on record: no holder data, nothing that opens the card.
  struct Inspection {
    std::string reader;
    std::string edition, access;  // empty: of no known edition; it did not open
    std::string verdict, trust;
  };
  /// One durable commit.
  void inspected(const Inspection& inspection);

  VerifyResult verify() const;
  /// All events as JSON lines, for auditors: no holder data.
  void export_events(std::ostream& out) const;

  std::optional<plan::Order> take_order(const std::string& profile) override;
  void put_back(const std::string& order_id) override;
  void hold(const std::string& order_id, std::string_view why) override;
  run::ChipHistory history(const keys::ChipId& chip) override;
  plan::Order order_of(const run::RunId& run) override;
  bool take_up(const run::RunId& run) override;
  void let_go(const run::RunId& run) override;
  std::size_t uncertain() override;
  std::optional<plan::Order> waiting(const std::string& profile, const std::string& after) override;
  void bind(const run::RunId& run, const std::string& order_id, const run::Blank& blank,
            const std::string& writer) override;
  void rekeying(const run::RunId& run, const run::KeySetCheck& current,
                const run::KeySetCheck& next) override;
  void promise(const run::RunId& run, const run::Promise& promise) override;
  bool keeps_promise(const run::RunId& run, const std::string& number, ByteView sod_digest) override;
  void close(const run::RunId& run, run::Outcome outcome, std::string_view why) override;
  void refused(const std::optional<keys::ChipId>& chip, const std::string& writer,
               std::string_view why) override;

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace perso::ledger
