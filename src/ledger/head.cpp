#include "ledger/head.hpp"

#include "bytes/error.hpp"

namespace perso::ledger {

namespace {

constexpr std::size_t slot_distance = 4096;  // a block that is torn takes one slot along, not both
constexpr std::size_t link_size = 32, mac_size = 32, content_size = 8 + link_size;

std::filesystem::path file_of(const std::filesystem::path& home) {
  return home / "ledger.head";
}

[[noreturn]] void damaged(const std::string& what) {
  throw Error(Code::ledger_damaged, what);
}

[[noreturn]] void rolled_back(const std::string& what) {
  throw Error(Code::ledger_rolled_back, what + ": put the newest files back, and find out who replaced them");
}

std::string number(std::int64_t seq) {
  return std::to_string(seq);
}

PrivateFile open_existing(const std::filesystem::path& home) {
  if (!std::filesystem::exists(file_of(home))) damaged("ledger.head is missing");
  return PrivateFile(file_of(home), PrivateFile::Mode::existing);
}

}  // namespace

HighWaterMark HighWaterMark::create(const std::filesystem::path& home, const keys::LedgerKeys& keys) {
  HighWaterMark mark(PrivateFile(file_of(home), PrivateFile::Mode::fresh), keys);
  mark.raise(Head{});
  return mark;
}

HighWaterMark::HighWaterMark(const std::filesystem::path& home, const keys::LedgerKeys& keys)
    : HighWaterMark(open_existing(home), keys) {
  const auto even = read(0), odd = read(1);
  if (!even && !odd) damaged("ledger.head was changed, or belongs to another key set");
  if (even && odd && std::abs(even->seq - odd->seq) != 1)
    damaged("ledger.head was changed: its slots do not follow each other");
  head_ = !odd || (even && even->seq > odd->seq) ? *even : *odd;
  torn_ = !even || !odd;
}

void HighWaterMark::raise(const Head& head) {
  Bytes slot;
  append_be64(slot, static_cast<std::uint64_t>(head.seq));
  append(slot, head.link);
  append(slot, keys_.commit("head", slot));
  file_.write_durably(static_cast<std::size_t>(head.seq % 2) * slot_distance, slot);
  head_ = head;
}

std::optional<Head> HighWaterMark::read(std::size_t slot) const {
  const Bytes bytes = file_.read(slot * slot_distance, content_size + mac_size);
  if (bytes.size() != content_size + mac_size) return std::nullopt;
  const ByteView content = slice(bytes, 0, content_size);
  if (!equal_constant_time(slice(bytes, content_size, mac_size), keys_.commit("head", content)))
    return std::nullopt;
  Head head;
  head.seq = static_cast<std::int64_t>(be64(content));
  const ByteView link = slice(content, 8, link_size);
  head.link.assign(link.begin(), link.end());
  // In the other slot it would be a copy that somebody moved.
  return static_cast<std::size_t>(head.seq % 2) == slot ? std::optional(head) : std::nullopt;
}

Head agreed_head(Database& database, const Chain& chain, HighWaterMark& mark) {
  const Head marked = mark.head();
  const auto last = find_event(database, database.number("SELECT max(seq) FROM events"));
  if (!last && marked.seq == 0)
    damaged("the ledger's making was interrupted: remove ledger.* and make it again");
  if (!last || last->seq < marked.seq)
    rolled_back("ledger.db ends with event " + number(last ? last->seq : 0) + ", but event " +
                number(marked.seq) +
                " was committed (ledger.head): its tail was cut or an older copy was put back");

  const auto previous = find_event(database, last->seq - 1);
  const Head before = previous ? Head{previous->seq, previous->link} : Head{};
  if (chain.fault(*last, before)) damaged(first_fault(database, chain).value());

  Head head{last->seq, last->link};
  if (head.seq > marked.seq + 1)
    rolled_back("ledger.head knows event " + number(marked.seq) + ", but ledger.db ends with event " +
                number(head.seq) + ": an older copy of ledger.head was put back");
  if ((head.seq == marked.seq ? head : before) != marked)
    rolled_back("event " + number(marked.seq) +
                " is not the one that was committed (ledger.head): another ledger.db was put in its place");
  // A slot is broken by a crash after the next event was committed, and in no other way.
  if (mark.torn() && head.seq == marked.seq) damaged("ledger.head was changed: one of its slots is broken");
  if (head.seq != marked.seq) mark.raise(head);
  return head;
}

}  // namespace perso::ledger
