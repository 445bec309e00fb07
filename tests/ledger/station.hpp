// A ledger in a folder of its own: made-up orders, keys without a key set, and SQLite's own hands on the
// file.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"
#include "ledger/ledger.hpp"

namespace perso::ledger::test {

/// The ledger's operations under a fixed master.
class PlainLedgerKeys final : public keys::LedgerKeys {
 public:
  explicit PlainLedgerKeys(std::uint8_t fill = 0x5A)
      : master_(Bytes(32, fill)), random_(crypto::system_random()) {}
  Bytes commit(std::string_view purpose, ByteView message) const override;
  Secret new_order_key() const override;
  Bytes wrap(const Secret& order_key, ByteView bound_to) const override;
  Bytes seal(const Secret& order_key, const Secret& plain, ByteView bound_to) const override;
  Secret unwrap(ByteView wrapped, ByteView bound_to) const override;

 private:
  Secret master_;
  std::unique_ptr<Random> random_;
};

class SteppingClock final : public Clock {
 public:
  Instant now() override { return at += std::chrono::seconds(1); }
  std::chrono::nanoseconds elapsed() override { return {}; }
  void sleep(std::chrono::milliseconds) override {}
  Instant at{std::chrono::seconds(1'800'000'000)};
};

/// A new folder, removed at its end.
class Folder {
 public:
  Folder();
  ~Folder();
  std::filesystem::path path;
};

profile::Profile edition();
/// Order `n`: id O-n, a number and name of its own, a portrait of so many bytes.
plan::Order order(int n, std::size_t portrait = 100);
std::string number_of(int n);
std::string access_of(int n);
keys::ChipId chip(int n);
run::RunId run_id(int n);
run::Promise promise_for(int n);
Bytes sod_digest(int n);

/// One home with its ledger.
struct Station {
  explicit Station(int orders = 0);
  void open();
  void close() { ledger.reset(); }
  void import(const std::string& batch, int first, int count, std::size_t portrait = 100);
  /// Delivers a batch's result to nobody in particular.
  Delivery deliver(const std::string& batch = "batch-1");
  /// A whole run of order `n` on chip `n` under run `n`, up to its outcome.
  void make(int n, run::Outcome outcome);
  std::string state(int n) const;
  std::filesystem::path file(const std::string& name = "ledger.db") const { return folder.path / name; }

  Folder folder;
  PlainLedgerKeys keys;
  SteppingClock clock;
  Actor actor{"anna", "test"};
  std::unique_ptr<Ledger> ledger;
};

/// A small ledger with every kind of event and a row in each table, closed.
void fill(Station& station);

void put_copy(const std::filesystem::path& from, const std::filesystem::path& to);

/// SQLite on a closed ledger, as somebody with the file and without the keys has it.
class Intruder {
 public:
  explicit Intruder(const std::filesystem::path& database);
  ~Intruder();
  /// False where SQLite refuses.
  bool run(const std::string& sql);
  std::vector<std::vector<std::string>> rows(const std::string& sql);
  /// Every row of every table, as far as SQLite reads them.
  std::string contents();
  /// Takes the triggers out and, at its end, puts them back as they were.
  void without_triggers(const std::string& sql);

 private:
  sqlite3* connection_ = nullptr;
};

/// The code of the error that `action` throws; its message goes to `message`.
template <typename Action>
std::optional<Code> code_of(Action&& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.message();
    return error.code();
  }
  return std::nullopt;
}

/// What opening and verifying say of a home: nothing, or the first failure.
std::optional<std::string> fault_of(Station& station);

}  // namespace perso::ledger::test
