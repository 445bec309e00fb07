// Events and the chain that binds them: each carries a keyed commitment to all of its columns, and a keyed
// link to the one before.
#pragma once

#include <optional>
#include <string>

#include "keys/keys.hpp"
#include "ledger/database.hpp"

namespace perso::ledger {

/// Values one after the other so that no two lists of values have the same bytes: each is 00 (absent), or 01,
/// its length (4 bytes) and its bytes; a number is 8 bytes, big-endian.
class Canonical {
 public:
  Canonical& add(ByteView bytes);
  Canonical& add(std::string_view text) { return add(as_bytes(text)); }
  Canonical& add(std::int64_t number);
  template <typename T>
  Canonical& add(const std::optional<T>& value) {
    if (value) return add(*value);
    bytes_.push_back(0x00);
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// One row of `events`.
struct Event {
  std::int64_t seq = 0;
  std::int64_t at = 0;  // seconds since 1970-01-01 UTC
  std::string actor, command, kind;
  std::optional<std::string> order_id;
  std::optional<Bytes> run, chip;
  std::string body;  // JSON
  Bytes commitment, link;
};

/// The end of the chain. Before the first event: 0 and 32 zero bytes.
struct Head {
  std::int64_t seq = 0;
  Bytes link = Bytes(32);
  bool operator==(const Head&) const = default;
};

class Chain {
 public:
  explicit Chain(const keys::LedgerKeys& keys) : keys_(keys) {}
  /// Makes the event the next one after `head`: sets its number, commitment and link.
  void add(Event& event, const Head& head) const;
  /// What is wrong with an event that should follow `head`, "event 17: ...".
  std::optional<std::string> fault(const Event& event, const Head& head) const;

 private:
  const keys::LedgerKeys& keys_;
};

void insert(Database& database, const Event& event);

/// The event of that number.
std::optional<Event> find_event(Database& database, std::int64_t seq);
/// All of them in order.
void each_event(Database& database, const std::function<void(const Event&)>& take);

/// The first event that breaks the chain, "event 17: ...".
std::optional<std::string> first_fault(Database& database, const Chain& chain);

}  // namespace perso::ledger
