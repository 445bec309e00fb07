// The journal port: what runs ask of the ledger.

#include <algorithm>

#include "bytes/error.hpp"
#include "ledger/impl.hpp"
#include "ledger/rules.hpp"

namespace perso::ledger {

namespace {

using Standing = run::ChipHistory::Standing;

[[noreturn]] void duplicate(const std::string& what) {
  throw Error(Code::order_duplicate, what);
}
[[noreturn]] void damaged(const std::string& what) {
  throw Error(Code::ledger_damaged, what + ": see `perso ledger verify`");
}
[[noreturn]] void broken(const std::string& what) {
  throw Error(Code::promise_broken, what);
}

Standing standing_of(const std::optional<std::string>& outcome, bool promised, const std::string& why) {
  if (!outcome) return promised ? Standing::uncertain : Standing::interrupted;
  if (why == crash) return Standing::interrupted;
  const auto known = outcome_named(*outcome);
  if (!known) damaged("a run has an unknown outcome");
  switch (*known) {
    case run::Outcome::issued:
      return Standing::issued;
    case run::Outcome::rejected:
      return Standing::rejected;
    case run::Outcome::spoiled:
      return Standing::spoiled;
    case run::Outcome::returned:
      return Standing::unknown;
  }
  std::abort();
}

Json json_of(const run::KeySetCheck& check) {
  Json kcvs = Json::array();
  for (const keys::Kcv& kcv : check.kcvs) kcvs.push_back(kcv.hex());
  return {{"version", check.version}, {"kcvs", std::move(kcvs)}};
}

}  // namespace

run::RunId run_id_of(ByteView stored) {
  run::RunId run{};
  if (stored.size() != run.size()) damaged("a run's id has not 16 bytes");
  std::ranges::copy(stored, run.begin());
  return run;
}

Ledger::Impl::OpenRun Ledger::Impl::open_run(const run::RunId& run) {
  auto row = database.query(
      "SELECT id, position, failures, number, chip, promise FROM runs JOIN orders USING (position)"
      " WHERE run = ? AND outcome IS NULL",
      {ByteView(run)});
  if (!row.step()) damaged("run " + to_hex(run) + " is not open in the ledger");
  return {row.text(0), row.integer(1), row.integer(2), row.blob(3), row.blob(4), row.optional_blob(5)};
}

void Ledger::Impl::close_run(const run::RunId& run, run::Outcome outcome, std::string_view why,
                             std::int64_t event) {
  database.run("UPDATE runs SET outcome = ?, why = ?, closed = ? WHERE run = ?",
               {run::name_of(outcome), why, event, ByteView(run)});
}

void Ledger::Impl::set_order(std::int64_t position, std::string_view state, std::int64_t failures) {
  database.run("UPDATE orders SET state = ?, failures = ? WHERE position = ?", {state, failures, position});
}

Bytes Ledger::Impl::promise_commitment(const run::RunId& run, const std::string& number,
                                       ByteView sod_digest) const {
  return keys.commit("promise", Canonical().add(ByteView(run)).add(number).add(sod_digest).bytes());
}

std::optional<plan::Order> Ledger::take_order(const std::string& profile) {
  const Impl::Call call(*impl_);
  const auto position = next_in_queue(impl_->database, profile, impl_->held);
  if (!position) return std::nullopt;
  plan::Order order = open_order(impl_->database, impl_->keys, *position);
  impl_->held.insert(*position);
  return order;
}

void Ledger::put_back(const std::string& order_id) {
  const Impl::Call call(*impl_);
  if (const auto position = position_of(impl_->database, order_id)) impl_->held.erase(*position);
}

run::ChipHistory Ledger::history(const keys::ChipId& chip) {
  const Impl::Call call(*impl_);
  auto row = impl_->database.query(
      "SELECT run, id, outcome, promise IS NOT NULL, why FROM runs JOIN orders USING (position)"
      " WHERE chip = ? ORDER BY bound DESC LIMIT 1",
      {ByteView(chip.bytes)});
  if (!row.step()) return {};
  const run::RunId run = run_id_of(row.blob(0));
  const Standing standing = impl_->in_work.contains(run)
                                ? Standing::in_work
                                : standing_of(row.optional_text(2), row.integer(3) != 0, row.text(4));
  return {standing, run, row.text(1)};
}

void Ledger::bind(const run::RunId& run, const std::string& order_id, const run::Blank& blank,
                  const std::string& writer) {
  const Impl::Call call(*impl_);
  Database& database = impl_->database;
  const auto position = position_of(database, order_id);
  // Its number needs no check of its own: an order and its number with replacement count are one to one.
  if (!position ||
      database.number("SELECT state = 'queued' FROM orders WHERE position = ?", {*position}) == 0)
    duplicate("order " + order_id + " is not in the queue: it stands in another run, or waits for a person");
  if (database.number("SELECT count(*) FROM runs WHERE chip = ? AND (outcome IS NULL OR outcome = 'issued')",
                      {ByteView(blank.chip.bytes)}) != 0)
    duplicate("chip " + blank.chip.hex() + " stands in another run that is open or issued");
  if (database.number("SELECT count(*) FROM runs WHERE run = ?", {ByteView(run)}) != 0)
    duplicate("run " + to_hex(run) + " was bound before");

  impl_->record({"bound",
                 {{"writer", writer}, {"atr", to_hex(blank.atr)}, {"body", blank.body}},
                 order_id,
                 bytes_of(run),
                 bytes_of(blank.chip)},
                [&](const Event& event) {
                  database.run("INSERT INTO runs (run, position, chip, bound) VALUES (?, ?, ?, ?)",
                               {ByteView(run), *position, ByteView(blank.chip.bytes), event.seq});
                  database.run("UPDATE orders SET state = ? WHERE position = ?", {state::bound, *position});
                });
  impl_->held.erase(*position);
  impl_->in_work.insert(run);
}

void Ledger::rekeying(const run::RunId& run, const run::KeySetCheck& current, const run::KeySetCheck& next) {
  const Impl::Call call(*impl_);
  const auto open = impl_->open_run(run);
  impl_->record({"rekeying",
                 {{"current", json_of(current)}, {"next", json_of(next)}},
                 open.order_id,
                 bytes_of(run),
                 open.chip},
                [](const Event&) {});
}

void Ledger::promise(const run::RunId& run, const run::Promise& promise) {
  const Impl::Call call(*impl_);
  const auto open = impl_->open_run(run);
  if (open.promise) broken("run " + to_hex(run) + " has made its promise");
  if (!equal_constant_time(open.number, number_index(impl_->keys, promise.number, promise.replacement)))
    broken("run " + to_hex(run) + ": number or replacement count are not those of order " + open.order_id);

  const Bytes commitment = impl_->promise_commitment(run, promise.number, promise.sod_digest);
  const Bytes sod = seal_sod(impl_->database, impl_->keys, open.position, run, promise.sod_digest);
  Json body = {{"promise", to_hex(commitment)}, {"public_keys", Json::object()}, {"sod", to_hex(sod)}};
  for (const auto& [name, point] : promise.public_keys)
    body["public_keys"][name] =
        to_hex(impl_->keys.commit("public key", Canonical().add(ByteView(run)).add(name).add(point).bytes()));
  impl_->record({"promised", std::move(body), open.order_id, bytes_of(run), open.chip}, [&](const Event&) {
    impl_->database.run("UPDATE runs SET promise = ?, sod = ? WHERE run = ?",
                        {commitment, sod, ByteView(run)});
    // From here on the chip alone knows whether it is a whole card, until the run is closed.
    impl_->database.run("UPDATE orders SET state = ? WHERE position = ?", {state::uncertain, open.position});
  });
}

bool Ledger::keeps_promise(const run::RunId& run, const std::string& number, ByteView sod_digest) {
  const Impl::Call call(*impl_);
  auto row = impl_->database.query("SELECT promise FROM runs WHERE run = ? AND promise IS NOT NULL",
                                   {ByteView(run)});
  return row.step() && equal_constant_time(row.blob(0), impl_->promise_commitment(run, number, sod_digest));
}

void Ledger::close(const run::RunId& run, run::Outcome outcome, std::string_view why) {
  const Impl::Call call(*impl_);
  const auto open = impl_->open_run(run);
  if (outcome == run::Outcome::issued && !open.promise)
    broken("run " + to_hex(run) + " has promised nothing: its card cannot count as issued");

  const OrderAfterRun order = after_run(outcome, open.promise.has_value(), open.failures);
  impl_->record(
      {"closed", {{"outcome", run::name_of(outcome)}, {"why", why}}, open.order_id, bytes_of(run), open.chip},
      [&](const Event& event) {
        impl_->close_run(run, outcome, why, event.seq);
        impl_->set_order(open.position, order.state, order.failures);
        if (outcome == run::Outcome::issued)
          impl_->database.run("UPDATE orders SET issued_at = ? WHERE position = ?",
                              {event.at, open.position});
      });
  impl_->in_work.erase(run);
}

plan::Order Ledger::order_of(const run::RunId& run) {
  const Impl::Call call(*impl_);
  return open_order(impl_->database, impl_->keys, impl_->open_run(run).position);
}

bool Ledger::take_up(const run::RunId& run) {
  const Impl::Call call(*impl_);
  impl_->open_run(run);
  return impl_->in_work.insert(run).second;
}

void Ledger::let_go(const run::RunId& run) {
  const Impl::Call call(*impl_);
  impl_->in_work.erase(run);
}

void Ledger::hold(const std::string& order_id, std::string_view why) {
  const Impl::Call call(*impl_);
  const auto position = position_of(impl_->database, order_id);
  if (!position ||
      impl_->database.number("SELECT state = 'queued' FROM orders WHERE position = ?", {*position}) == 0)
    throw Error(Code::ledger_damaged,
                "order " + order_id + " is not in the queue: see `perso ledger verify`");
  impl_->record({"held", {{"why", why}}, order_id, std::nullopt, std::nullopt}, [&](const Event&) {
    impl_->database.run("UPDATE orders SET state = ? WHERE position = ?", {state::held, *position});
  });
  impl_->held.erase(*position);
}

std::size_t Ledger::uncertain() {
  const Impl::Call call(*impl_);
  return static_cast<std::size_t>(
      impl_->database.number("SELECT count(*) FROM runs WHERE outcome IS NULL AND promise IS NOT NULL"));
}

/// An open run without a promise is worked on, or was closed when the ledger was opened.
/// The order `after` marks a place, even where its run was closed meanwhile.
std::optional<plan::Order> Ledger::waiting(const std::string& profile, const std::string& after) {
  const Impl::Call call(*impl_);
  auto row = impl_->database.query(
      "SELECT run, position FROM runs JOIN orders USING (position) JOIN batches ON name = batch"
      " WHERE outcome IS NULL AND promise IS NOT NULL AND profile = ?"
      "  AND (? = '' OR bound < (SELECT max(bound) FROM runs JOIN orders USING (position) WHERE id = ?))"
      " ORDER BY bound DESC",
      {profile, after, after});
  while (row.step())
    if (!impl_->in_work.contains(run_id_of(row.blob(0))))
      return open_order(impl_->database, impl_->keys, row.integer(1));
  return std::nullopt;
}

void Ledger::refused(const std::optional<keys::ChipId>& chip, const std::string& writer,
                     std::string_view why) {
  const Impl::Call call(*impl_);
  impl_->record({"refused",
                 {{"writer", writer}, {"why", why}},
                 std::nullopt,
                 std::nullopt,
                 chip ? std::optional(bytes_of(*chip)) : std::nullopt},
                [](const Event&) {});
}

}  // namespace perso::ledger
