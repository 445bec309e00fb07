#include "ledger/ledger.hpp"

#include <unistd.h>

#include <algorithm>

#include "bytes/error.hpp"
#include "identity/text.hpp"
#include "ledger/impl.hpp"
#include "ledger/rules.hpp"
#include "ledger/schema.hpp"
#include "plan/values.hpp"

namespace perso::ledger {

namespace {

constexpr std::size_t max_name_bytes = 64, max_reason_bytes = 200;

std::filesystem::path database_of(const std::filesystem::path& home) {
  return home / "ledger.db";
}

bool is_utf8(const std::string& text) {
  try {
    identity::decode_utf8(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// A short text that an operator gives. Control characters would break the lines of reports, and what is no
/// UTF-8 cannot stand in an event.
void check_text(const std::string& text, std::size_t max_bytes, const std::string& what) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (text.empty() || text.size() > max_bytes || std::ranges::any_of(text, control) || !is_utf8(text))
    throw Error(Code::usage,
                what + " has 1 to " + std::to_string(max_bytes) + " bytes of UTF-8, all printable");
}

std::string holder_text(const Actor& actor) {
  return "process " + std::to_string(::getpid()) + " (" + actor.name + ", " + actor.command + ")";
}

const std::filesystem::path& require_ledger(const std::filesystem::path& home) {
  if (!std::filesystem::exists(database_of(home)))
    throw Error(Code::ledger_io, "there is no ledger in " + home.string() + ": make one with `perso init`");
  return home;
}

Database open_database(const std::filesystem::path& home) {
  Database database(database_of(home));
  bring_up(database);
  return database;
}

Event new_event(Clock& clock, const Actor& actor, std::string kind) {
  Event event;
  event.at = clock.now().time_since_epoch().count();
  event.actor = actor.name;
  event.command = actor.command;
  event.kind = std::move(kind);
  event.body = "{}";
  return event;
}

}  // namespace

Ledger::Impl::Impl(const std::filesystem::path& its_home, const keys::LedgerKeys& ledger_keys,
                   Clock& its_clock, const Actor& its_actor)
    : home(require_ledger(its_home)),
      lock(home, holder_text(its_actor)),
      keys(ledger_keys),
      clock(its_clock),
      actor(its_actor),
      database(open_database(home)),
      chain(keys),
      mark(home, keys),
      head(agreed_head(database, chain, mark)) {}

Ledger::Impl::Call::Call(Impl& impl) : lock_(impl.mutex) {
  if (impl.in_doubt)
    throw Error(Code::ledger_io, "an earlier write to the ledger failed: mend what it said and start again");
}

void Ledger::Impl::record(Change change, const std::function<void(const Event&)>& update) {
  Event event = new_event(clock, actor, std::move(change.kind));
  event.order_id = std::move(change.order_id);
  event.run = std::move(change.run);
  event.chip = std::move(change.chip);
  event.body = change.body.dump();
  chain.add(event, head);
  in_doubt = true;
  Transaction transaction(database);
  insert(database, event);
  update(event);
  transaction.commit();
  head = {event.seq, event.link};
  mark.raise(head);
  in_doubt = false;
}

void Ledger::Impl::recover() {
  discard_staged(database);
  std::vector<std::pair<run::RunId, std::int64_t>> cut_off;  // with the positions of their orders
  {
    auto row = database.query(
        "SELECT run, position, bound FROM runs WHERE outcome IS NULL AND promise IS NULL ORDER BY bound");
    while (row.step()) {
      cut_off.emplace_back(run_id_of(row.blob(0)), row.integer(1));
      // A promise that was struck out would send an order to a second card while its first one may be whole.
      if (database.number("SELECT count(*) FROM events WHERE seq > ? AND run = ? AND kind = 'promised'",
                          {row.integer(2), row.blob(0)}) != 0)
        throw Error(Code::ledger_damaged,
                    "run " + to_hex(row.blob(0)) + " has lost its promise: see `perso ledger verify`");
    }
  }
  Change opened{.kind = "opened"};
  for (const auto& [run, position] : cut_off) opened.body["interrupted"].push_back(to_hex(run));
  record(std::move(opened), [&](const Event& event) {
    for (const auto& [run, position] : cut_off) {
      close_run(run, run::Outcome::spoiled, crash, event.seq);
      // Not the order's fault: this does not count as one of its failures.
      database.run("UPDATE orders SET state = ? WHERE position = ?", {state::queued, position});
    }
  });
}

void Ledger::create(const std::filesystem::path& home, const keys::LedgerKeys& keys, Clock& clock,
                    const Actor& actor) {
  check_text(actor.name, max_name_bytes, "the actor's name");
  const HomeLock lock(home, holder_text(actor));
  if (std::filesystem::exists(database_of(home)) || std::filesystem::exists(home / "ledger.head"))
    throw Error(Code::ledger_io, "there is a ledger in " + home.string() + " already");

  HighWaterMark mark = HighWaterMark::create(home, keys);
  {
    const PrivateFile empty(database_of(home), PrivateFile::Mode::fresh);
  }  // SQLite gives its other files this mode
  Database database(database_of(home));
  make_schema(database);
  Event event = new_event(clock, actor, "created");
  Chain(keys).add(event, Head{});
  Transaction transaction(database);
  insert(database, event);
  transaction.commit();
  sync_folder(home);
  mark.raise({event.seq, event.link});
}

std::unique_ptr<Ledger> Ledger::open(const std::filesystem::path& home, const keys::LedgerKeys& keys,
                                     Clock& clock, const Actor& actor) {
  check_text(actor.name, max_name_bytes, "the actor's name");
  auto impl = std::make_unique<Impl>(home, keys, clock, actor);
  impl->recover();
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

std::size_t Ledger::import(const std::string& batch, const profile::Profile& profile,
                           const std::function<void(const std::function<void(plan::Order&&)>&)>& feed) {
  const Impl::Call call(*impl_);
  check_text(batch, max_name_bytes, "a batch's name");
  Database& database = impl_->database;
  std::optional<Staging> staging;
  try {
    staging.emplace(database, impl_->keys, batch, profile);
    feed([&](plan::Order&& order) { staging->add(order); });
    if (staging->count() == 0) throw Error(Code::order_invalid, "batch " + batch + " holds no order");
    staging->finish();
  } catch (...) {
    // Should the removal fail too, the next opening does it.
    impl_->in_doubt = true;
    staging.reset();
    try {
      discard_staged(database);
      impl_->in_doubt = false;
    } catch (const Error&) {
    }
    throw;
  }
  Impl::Change imported{.kind = "imported"};
  imported.body = {{"batch", batch},
                   {"commitment", to_hex(staging->commitment())},
                   {"first", staging->first()},
                   {"orders", staging->count()},
                   {"profile", profile.name},
                   {"profile_digest", to_hex(profile.digest)},
                   {"number_field", profile.number}};
  if (const auto field = plan::access_number_field(profile)) imported.body["access_number_field"] = *field;
  impl_->record(std::move(imported), [&](const Event& event) { staging->adopt(event.seq); });
  return static_cast<std::size_t>(staging->count());
}

void Ledger::list_orders(const std::function<void(const OrderLine&)>& each) const {
  const Impl::Call call(*impl_);
  auto row = impl_->database.query(
      "SELECT id, batch, profile, state, failures, at,"
      "  (SELECT outcome FROM runs WHERE runs.position = orders.position ORDER BY bound DESC LIMIT 1)"
      " FROM orders JOIN batches ON batch = name JOIN events ON event = seq ORDER BY position");
  while (row.step()) {
    const Instant imported{std::chrono::seconds(row.integer(5))};
    each({row.text(0), row.text(1), row.text(2), row.text(3), row.text(6), to_text(imported),
          static_cast<int>(row.integer(4))});
  }
}

Totals Ledger::totals() const {
  const Impl::Call call(*impl_);
  Totals totals;
  auto orders = impl_->database.query("SELECT state, count(*) FROM orders GROUP BY state");
  while (orders.step()) {
    const auto count = static_cast<std::size_t>(orders.integer(1));
    totals.orders += count;
    if (orders.text(0) == state::queued) totals.queued += count;
    if (orders.text(0) == state::uncertain || orders.text(0) == state::held) totals.waiting += count;
  }
  totals.undelivered = static_cast<std::size_t>(
      impl_->database.number("SELECT count(*) FROM orders WHERE state = 'issued' AND delivered IS NULL"));
  auto runs = impl_->database.query("SELECT outcome, count(*) FROM runs GROUP BY outcome");
  while (runs.step()) {
    const auto count = static_cast<std::size_t>(runs.integer(1));
    totals.drawn += count;
    const auto outcome = outcome_named(runs.text(0));
    if (!outcome)
      totals.open += count;
    else if (*outcome == run::Outcome::issued)
      totals.issued += count;
    else if (*outcome == run::Outcome::rejected)
      totals.rejected += count;
    else if (*outcome == run::Outcome::spoiled)
      totals.spoiled += count;
    else
      totals.returned += count;
  }
  return totals;
}

std::size_t Ledger::queued(const std::string& profile) const {
  const Impl::Call call(*impl_);
  return static_cast<std::size_t>(impl_->database.number(
      "SELECT count(*) FROM orders JOIN batches ON name = batch WHERE state = 'queued' AND profile = ?",
      {profile}));
}

void Ledger::release(const std::string& order_id, const std::string& reason) {
  const Impl::Call call(*impl_);
  check_text(reason, max_reason_bytes, "a reason");
  std::int64_t position = 0;
  std::string standing;
  {
    auto row = impl_->database.query("SELECT position, state FROM orders WHERE id = ?", {order_id});
    if (!row.step()) throw Error(Code::usage, "the ledger has no such order");
    position = row.integer(0);
    standing = row.text(1);
  }
  if (standing != state::uncertain && standing != state::held)
    throw Error(Code::usage,
                "order " + order_id + " is " + standing + ": only uncertain and held orders are released");
  Impl::Change change{.kind = "released", .body = {{"reason", reason}}, .order_id = order_id};
  impl_->record(std::move(change), [&](const Event& event) {
    impl_->database.run(
        "UPDATE runs SET outcome = 'spoiled', why = ?, closed = ? WHERE position = ? AND outcome IS NULL",
        {released, event.seq, position});
    impl_->set_order(position, state::queued, 0);
  });
}

void Ledger::inspected(const Inspection& inspection) {
  const Impl::Call call(*impl_);
  check_text(inspection.reader, max_reason_bytes, "a reader's name");
  impl_->record({.kind = "inspected",
                 .body = {{"reader", inspection.reader},
                          {"edition", inspection.edition},
                          {"access", inspection.access},
                          {"verdict", inspection.verdict},
                          {"trust", inspection.trust}}},
                [](const Event&) {});
}

void Ledger::export_events(std::ostream& out) const {
  const Impl::Call call(*impl_);
  const auto hex_or_null = [](const std::optional<Bytes>& bytes) {
    return bytes ? Json(to_hex(*bytes)) : Json();
  };
  each_event(impl_->database, [&](const Event& event) {
    const Json line = {{"seq", event.seq},
                       {"at", to_text(Instant(std::chrono::seconds(event.at)))},
                       {"actor", event.actor},
                       {"command", event.command},
                       {"kind", event.kind},
                       {"order", event.order_id ? Json(*event.order_id) : Json()},
                       {"run", hex_or_null(event.run)},
                       {"chip", hex_or_null(event.chip)},
                       {"body", Json::parse(event.body, nullptr, false)},
                       {"commitment", to_hex(event.commitment)},
                       {"link", to_hex(event.link)}};
    out << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  });
}

}  // namespace perso::ledger
