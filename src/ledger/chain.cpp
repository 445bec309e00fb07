#include "ledger/chain.hpp"

namespace perso::ledger {

namespace {

Bytes commitment_of(const Event& event, const keys::LedgerKeys& keys) {
  Canonical columns;
  columns.add(event.seq).add(event.at).add(event.actor).add(event.command).add(event.kind);
  columns.add(event.order_id).add(event.run).add(event.chip).add(event.body);
  return keys.commit("event", columns.bytes());
}

Bytes link_of(const Event& event, const Head& head, const keys::LedgerKeys& keys) {
  return keys.commit("link", concat({head.link, event.commitment}));
}

Event event_of(const Statement& row) {
  return {row.integer(0), row.integer(1),       row.text(2),          row.text(3),
          row.text(4),    row.optional_text(5), row.optional_blob(6), row.optional_blob(7),
          row.text(8),    row.blob(9),          row.blob(10)};
}

}  // namespace

Canonical& Canonical::add(ByteView bytes) {
  bytes_.push_back(0x01);
  append_be32(bytes_, static_cast<std::uint32_t>(bytes.size()));
  append(bytes_, bytes);
  return *this;
}

Canonical& Canonical::add(std::int64_t number) {
  Bytes bytes;
  append_be64(bytes, static_cast<std::uint64_t>(number));
  return add(ByteView(bytes));
}

void Chain::add(Event& event, const Head& head) const {
  event.seq = head.seq + 1;
  event.commitment = commitment_of(event, keys_);
  event.link = link_of(event, head, keys_);
}

std::optional<std::string> Chain::fault(const Event& event, const Head& head) const {
  const std::int64_t expected = head.seq + 1;
  const std::string name = "event " + std::to_string(expected) + ": ";
  if (event.seq != expected)
    return name + "is missing; event " + std::to_string(event.seq) + " stands in its place";
  if (!equal_constant_time(event.commitment, commitment_of(event, keys_))) return name + "was changed";
  if (!equal_constant_time(event.link, link_of(event, head, keys_)))
    return name + "does not follow the event before it";
  return std::nullopt;
}

void insert(Database& database, const Event& event) {
  database.run("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               {event.seq, event.at, event.actor, event.command, event.kind, or_null(event.order_id),
                or_null(event.run), or_null(event.chip), event.body, event.commitment, event.link});
}

std::optional<Event> find_event(Database& database, std::int64_t seq) {
  auto row = database.query("SELECT * FROM events WHERE seq = ?", {seq});
  return row.step() ? std::optional(event_of(row)) : std::nullopt;
}

void each_event(Database& database, const std::function<void(const Event&)>& take) {
  auto row = database.query("SELECT * FROM events ORDER BY seq");
  while (row.step()) take(event_of(row));
}

std::optional<std::string> first_fault(Database& database, const Chain& chain) {
  std::optional<std::string> fault;
  Head reached;
  each_event(database, [&](const Event& event) {
    if (!fault) fault = chain.fault(event, reached);
    reached = {event.seq, event.link};
  });
  return fault;
}

}  // namespace perso::ledger
