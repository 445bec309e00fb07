#include "ledger/station.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

namespace perso::ledger::test {

Bytes PlainLedgerKeys::commit(std::string_view purpose, ByteView message) const {
  return crypto::hmac_sha256(Secret(crypto::hmac_sha256(master_, as_bytes(purpose))), message);
}

Secret PlainLedgerKeys::new_order_key() const {
  Bytes key(32);
  random_->fill(key);
  return Secret(std::move(key));
}

Bytes PlainLedgerKeys::wrap(const Secret& order_key, ByteView bound_to) const {
  return crypto::seal(master_, order_key.expose(), bound_to, *random_);
}

Bytes PlainLedgerKeys::seal(const Secret& order_key, const Secret& plain, ByteView bound_to) const {
  return crypto::seal(order_key, plain, bound_to, *random_);
}

Secret PlainLedgerKeys::unwrap(ByteView wrapped, ByteView bound_to) const {
  return crypto::open(master_, wrapped, bound_to);
}

Folder::Folder() {
  // In memory where there is such a place: thousands of small ledgers would wait for the disk.
  const std::filesystem::path memory = "/dev/shm";
  const auto parent = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
  std::string name = (parent / "perso-ledger-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path = name;
}

Folder::~Folder() {
  std::filesystem::remove_all(path);
}

profile::Profile edition() {
  profile::Profile profile;
  profile.name = "test-edition";
  profile::Field number;
  number.name = "number";
  number.type = profile::FieldType::prc_number_18;
  profile::Field count;
  count.name = "replacement";
  count.type = profile::FieldType::count;
  profile::Field access;
  access.name = "access";
  access.type = profile::FieldType::access_number;
  profile.holder = {number, count, access};
  profile.number = "number";
  profile.replacements = "replacement";
  profile.digest = Bytes(32, 0xEE);
  return profile;
}

std::string number_of(int n) {
  const std::string digits = std::to_string(10'000'000 + n);
  return "9326821985" + digits;
}

std::string access_of(int n) {
  return "7" + std::to_string(10'000 + n);
}

plan::Order order(int n, std::size_t portrait) {
  plan::Order order;
  order.id = "O-" + std::to_string(n);
  order.profile = "test-edition";
  order.fields = {{"number", number_of(n)},
                  {"replacement", "00"},
                  {"access", access_of(n)},
                  {"name", "CANARY" + std::to_string(n) + " HOLDER"}};
  order.portrait.assign(portrait, static_cast<std::uint8_t>(n));
  return order;
}

keys::ChipId chip(int n) {
  keys::ChipId id;
  id.bytes[0] = 0xC1;
  id.bytes[10] = static_cast<std::uint8_t>(n >> 8);
  id.bytes[11] = static_cast<std::uint8_t>(n);
  return id;
}

run::RunId run_id(int n) {
  run::RunId id{};
  id[0] = 0xA0;
  id[14] = static_cast<std::uint8_t>(n >> 8);
  id[15] = static_cast<std::uint8_t>(n);
  return id;
}

Bytes sod_digest(int n) {
  return Bytes(32, static_cast<std::uint8_t>(n));
}

run::Promise promise_for(int n) {
  return {number_of(n), "00", sod_digest(n), {{"active", Bytes(65, 0x04)}}};
}

Station::Station(int orders) {
  Ledger::create(folder.path, keys, clock, {"anna", "init"});
  open();
  if (orders > 0) import("batch-1", 1, orders);
}

void Station::open() {
  ledger.reset();
  ledger = Ledger::open(folder.path, keys, clock, actor);
}

void Station::import(const std::string& batch, int first, int count, std::size_t portrait) {
  ledger->import(batch, edition(), [&](const auto& take) {
    for (int n = first; n < first + count; ++n) take(order(n, portrait));
  });
}

Delivery Station::deliver(const std::string& batch) {
  return ledger->deliver(
      batch, [](const ResultLine&) {}, [] {});
}

void Station::make(int n, run::Outcome outcome) {
  ledger->bind(run_id(n), "O-" + std::to_string(n), chip(n), "writer 1");
  if (outcome == run::Outcome::issued) {
    ledger->rekeying(run_id(n), {1, {}}, {2, {}});
    ledger->promise(run_id(n), promise_for(n));
  }
  ledger->close(run_id(n), outcome, outcome == run::Outcome::issued ? "" : "card-torn");
}

std::string Station::state(int n) const {
  std::string found;
  ledger->list_orders([&](const OrderLine& line) {
    if (line.id == "O-" + std::to_string(n)) found = line.state;
  });
  return found;
}

void put_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
}

void fill(Station& station) {
  station.import("batch-1", 1, 4);
  station.import("batch-2", 5, 1);
  station.make(1, run::Outcome::issued);
  station.deliver();
  station.ledger->forget(station.clock.now());
  station.make(2, run::Outcome::issued);
  station.make(3, run::Outcome::rejected);
  station.ledger->bind(run_id(4), "O-4", chip(4), "writer 1");
  station.ledger->promise(run_id(4), promise_for(4));
  station.ledger->release("O-4", "shredded");
  station.ledger->bind(run_id(13), "O-3", chip(13), "writer 1");
  station.open();
  station.ledger->refused(chip(9), "writer 1", "chip-foreign");
  station.deliver();
  station.close();
}

Intruder::Intruder(const std::filesystem::path& database) {
  REQUIRE(sqlite3_open(database.c_str(), &connection_) == SQLITE_OK);
}

Intruder::~Intruder() {
  sqlite3_close(connection_);
}

bool Intruder::run(const std::string& sql) {
  return sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::vector<std::vector<std::string>> Intruder::rows(const std::string& sql) {
  std::vector<std::vector<std::string>> rows;
  const auto take = [](void* out, int columns, char** values, char**) {
    auto& row = static_cast<std::vector<std::vector<std::string>>*>(out)->emplace_back();
    for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
    return 0;
  };
  REQUIRE(sqlite3_exec(connection_, sql.c_str(), take, &rows, nullptr) == SQLITE_OK);
  return rows;
}

std::string Intruder::contents() {
  std::string contents;
  const auto take = [](void* out, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i)
      *static_cast<std::string*>(out) += std::string(values[i] == nullptr ? "NULL" : values[i]) + "|";
    return 0;
  };
  for (const std::string columns :
       {"quote(seq), quote(at), quote(actor), quote(command), quote(kind), quote(order_id), quote(run), "
        "quote(chip), quote(body),"
        "quote(commitment), quote(link) FROM events",
        "quote(name), quote(profile), quote(first), quote(orders), quote(commitment), quote(event) FROM "
        "batches",
        "quote(position), quote(id), quote(batch), quote(number), quote(holder), quote(commitment), "
        "quote(state), quote(failures),"
        "quote(issued_at), quote(delivered) FROM orders",
        "quote(position), quote(wrapped) FROM order_keys", "quote(position), quote(sealed) FROM holders",
        "quote(run), quote(position), quote(chip), quote(bound), quote(promise), quote(outcome), quote(why), "
        "quote(closed), quote(sod) FROM runs"})
    contents +=
        std::to_string(sqlite3_exec(connection_, ("SELECT " + columns).c_str(), take, &contents, nullptr));
  return contents;
}

void Intruder::without_triggers(const std::string& sql) {
  const auto triggers = rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
  for (const auto& trigger : triggers) REQUIRE(run("DROP TRIGGER " + trigger[0]));
  run("PRAGMA ignore_check_constraints = ON");
  run(sql);
  for (const auto& trigger : triggers) REQUIRE(run(trigger[1]));
}

std::optional<std::string> fault_of(Station& station) {
  try {
    station.open();
    auto fault = station.ledger->verify().first_failure;
    station.close();
    return fault;
  } catch (const Error& error) {
    station.close();
    return error.what();
  }
}

}  // namespace perso::ledger::test
