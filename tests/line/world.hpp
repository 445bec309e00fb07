// A station in a box: virtual chips in simulated slots, a real ledger in a scratch home, a virtual clock and
// a seeded random source. A fault happens at one counted point; a kill is the end of everything, with no
// effect behind it.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "keys/key_set.hpp"
#include "ledger/ledger.hpp"
#include "line/baton.hpp"
#include "run/line.hpp"
#include "support/seeded_random.hpp"
#include "vchip/chip.hpp"

namespace perso::test {

/// The process died here. Not an Error, so that nothing in the product catches it as one.
struct Killed {};

class VirtualClock final : public Clock {
 public:
  Instant now() override { return start + std::chrono::floor<std::chrono::seconds>(elapsed_); }
  std::chrono::nanoseconds elapsed() override { return elapsed_; }
  void sleep(std::chrono::milliseconds duration) override { elapsed_ += duration; }
  static constexpr Instant start{std::chrono::seconds{1'795'305'600}};  // 2026-11-22

 private:
  std::chrono::nanoseconds elapsed_{};
};

/// What goes wrong, once, at the point with this number (from 0).
struct Fault {
  enum class Kind {
    none,
    tear_before,  // the card leaves before the command reaches it
    tear_inside,  // power fails while it writes
    tear_after,   // the command is done, its answer lost, the card gone
    kill_before,  // the process dies before the command is sent
    kill_inside,  // it dies while the chip is at work; the chip loses power in the middle
    kill_after,   // it dies before it has the answer
    lie_after,    // the command is done, and the chip says 6F00
    mute,  // a card does not answer to the reset of this connection (connections are counted, not commands)
    kill_before_commit,
    kill_in_commit,  // between the ledger's commit and its high-water mark
    kill_after_commit,
  };
  Kind kind = Kind::none;
  std::size_t at = 0;
  std::size_t bytes = 0;  // inside: written before power fails
};
const char* name_of(Fault::Kind kind);

/// Profile, keys and orders that all worlds of one edition share: made once.
struct Factory {
  /// The edition of this name in profiles/.
  static const Factory& of(const std::string& edition);
  profile::Profile profile;
  SeededRandom& signing;  // what signatures draw: each world lets it begin anew
  keys::KeySet keys;
  std::vector<plan::Order> orders;
};

class World {
 public:
  /// @param writers 1 or 2 slots; @param orders how many of the sample batch are queued
  World(std::uint64_t seed, std::size_t writers, std::size_t orders, const std::string& edition = "prc-2023");
  ~World();

  /// A blank chip on the stack; its number counts from 1.
  vchip::Chip& add_blank(std::uint32_t memory = 128 * 1024);
  /// The same with transport keys of somebody else.
  vchip::Chip& add_blank_with_other_keys();
  /// A blank chip that says that it is the one with this number, with the keys of that one.
  vchip::Chip& add_twin(std::size_t of);
  void clear_stack() { stack_.clear(); }
  /// Puts the chip with this number, taken out before, back on top of the stack.
  void present_again(std::size_t chip);
  vchip::Chip& chip(std::size_t number) { return *chips_.at(number - 1).chip; }
  run::ChipHistory history(std::size_t chip);
  /// How many of the transport and the issuer key set open a channel to the chip.
  std::size_t key_sets_that_open(std::size_t chip);

  /// Opens the ledger, runs the line, closes the ledger. Nothing comes back when the process was killed.
  std::optional<run::LineReport> run(Fault fault = {}, run::LineRules rules = {});
  /// Makes one card on a fresh blank until it is locked and whole, and the process dies before its last
  /// commit. The chip is then in nobody's hand, and the stack empty.
  void cut_off_one();
  /// Presents what was in the slots at the end of the last run first; the rest of the stack behind it.
  void restart();

  std::size_t commands() const { return commands_; }
  std::size_t commits() const { return commits_; }
  std::size_t connections() const { return connections_; }
  /// Bytes that the chip wrote to its memory in the command with this number, in the last run.
  std::size_t written_by(std::size_t command) const { return written_.at(command); }

  /// Every invariant that holds at any time. Fails the test with what is broken.
  void check_invariants();
  /// Each of the orders that `run` imported: its state in the ledger.
  std::map<std::string, std::string> order_states();
  ledger::Totals totals();
  std::size_t locked_chips() const;
  const std::filesystem::path& home() const { return home_; }
  std::vector<run::Result> results;                                // of all runs of the line
  inspect::Verdict verdict_of_issued = inspect::Verdict::genuine;  // what an inspection says of each

  /// Puts an order at the end of the queue.
  void queue(plan::Order order);
  /// The order with this place in the sample batch.
  plan::Order order(std::size_t place) const { return factory_.orders.at(place); }
  const profile::Profile& profile() const { return factory_.profile; }

  /// One run beside the line: with this order and plan, whether or not they belong together.
  run::Result run_one(std::size_t writer, const run::Prepared& prepared);
  /// The order with this place in the sample batch and its plan.
  run::Prepared prepare(std::size_t order);
  plan::Plan compile(const plan::Order& order);

 private:
  friend class SimulatedClock;
  friend class SimulatedConnection;
  friend class SimulatedSlot;
  friend class SimulatedJournal;
  friend class RecordingObserver;

  std::unique_ptr<ledger::Ledger> open_ledger();
  vchip::Chip& add(std::size_t serial, std::uint32_t memory, const keys::KeySet& keys);
  /// What opens the issued card of this order.
  channel::AccessData access_to(ledger::Ledger& ledger, const std::string& order_id) const;
  /// Counts a command or a commit, and says what is to happen at it.
  Fault::Kind command_point();
  Fault::Kind commit_point();
  bool connect_point();
  void stop_if_dead() const;
  void kill();

  std::filesystem::path home_;
  SeededRandom random_;
  VirtualClock clock_;
  Baton baton_;
  const Factory& factory_;
  run::OpenEdition edition_;
  std::vector<std::string> writer_names_;
  struct OwnedChip {
    std::unique_ptr<vchip::Chip> chip;
    keys::ChipId id;
  };
  std::vector<OwnedChip> chips_;
  std::deque<vchip::Chip*> stack_;
  std::map<std::string, vchip::Chip*> inserted_;  // by writer
  Fault fault_;
  bool dead_ = false;
  std::size_t commands_ = 0, commits_ = 0, connections_ = 0;
  std::vector<std::size_t> written_;
};

}  // namespace perso::test
