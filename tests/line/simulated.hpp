// The ports of a run over a World: slots with virtual chips in them, and the ledger behind a journal that can
// be killed.
#pragma once

#include "line/world.hpp"

namespace perso::test {

/// A chip without any reader, for looking at it.
class PlainCard final : public iso7816::Card {
 public:
  explicit PlainCard(vchip::Chip& chip);
  ~PlainCard() override;
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;

 private:
  vchip::Chip& chip_;
};

class SimulatedConnection final : public iso7816::Connection {
 public:
  SimulatedConnection(World& world, std::string writer, vchip::Chip& chip);
  ~SimulatedConnection() override;
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;
  ByteView atr() const override { return chip_.atr(); }
  void close(iso7816::Leave leave) override;

 private:
  /// Nothing comes back where power failed.
  std::optional<iso7816::ResponseApdu> process(const iso7816::CommandApdu& command);
  [[noreturn]] void tear();

  World& world_;
  std::string writer_;
  vchip::Chip& chip_;
  bool open_ = true;
};

/// Waiting for a timer is waiting: the others go on, and a kill ends it.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(World& world) : world_(world) {}
  Instant now() override { return world_.clock_.now(); }
  std::chrono::nanoseconds elapsed() override { return world_.clock_.elapsed(); }
  void sleep(std::chrono::milliseconds duration) override {
    world_.baton_.turn();
    world_.stop_if_dead();
    world_.clock_.sleep(duration);
  }

 private:
  World& world_;
};

class SimulatedSlot final : public iso7816::Slot {
 public:
  SimulatedSlot(World& world, std::string writer) : world_(world), writer_(std::move(writer)) {}
  const std::string& name() const override { return writer_; }
  bool wait_for_card(std::chrono::milliseconds timeout) override;
  bool wait_for_removal(std::chrono::milliseconds timeout) override;
  std::unique_ptr<iso7816::Connection> connect() override;

 private:
  World& world_;
  std::string writer_;
};

class SimulatedJournal final : public run::Journal {
 public:
  SimulatedJournal(World& world, ledger::Ledger& ledger) : world_(world), ledger_(ledger) {}
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
  void enter();
  void commit(const std::function<void()>& change);
  World& world_;
  ledger::Ledger& ledger_;
};

class RecordingObserver final : public run::LineObserver {
 public:
  explicit RecordingObserver(World& world) : world_(world) {}
  void started(const std::string& writer) override { world_.baton_.join(writer); }
  void finished(const std::string&) override { world_.baton_.leave(); }
  void waiting(const std::string&) override {}
  void step(const std::string&, std::string_view) override {}
  void ended(const std::string&, const run::Result& result, std::chrono::nanoseconds) override {
    world_.results.push_back(result);
  }
  void held(const std::string&, const Error&) override {}
  void stopped(const std::string&, const Error&) override {}

 private:
  World& world_;
};

}  // namespace perso::test
