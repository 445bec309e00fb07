// Issued cards looked up again: for whoever has to open one, as long as its holder is not forgotten.

#include "ledger/impl.hpp"

namespace perso::ledger {

namespace {

/// Digits of a count of replacements, as the profile language has them.
constexpr std::size_t most_digits = 4;

/// Every replacement count that an order can have: none, and each number of 1 to 4 digits.
std::vector<std::string> all_replacements() {
  std::vector<std::string> all{""};
  for (std::size_t digits = 1, end = 10; digits <= most_digits; ++digits, end *= 10)
    for (std::size_t count = 0; count < end; ++count) {
      const std::string text = std::to_string(count);
      all.push_back(std::string(digits - text.size(), '0') + text);
    }
  return all;
}

/// nullopt where the order is not issued, or its key gone.
std::optional<Ledger::IssuedOrder> open_issued(Database& database, const keys::LedgerKeys& keys,
                                               std::int64_t position) {
  std::string profile;
  {
    auto row = database.query(
        "SELECT profile FROM orders JOIN batches ON name = batch JOIN order_keys USING (position)"
        " WHERE position = ? AND state = 'issued'",
        {position});
    if (!row.step()) return std::nullopt;
    profile = row.text(0);
  }
  return Ledger::IssuedOrder{open_order(database, keys, position), std::move(profile)};
}

}  // namespace

std::optional<Ledger::IssuedOrder> Ledger::issued_order(const std::string& order_id) {
  const Impl::Call call(*impl_);
  const auto position = position_of(impl_->database, order_id);
  return position ? open_issued(impl_->database, impl_->keys, *position) : std::nullopt;
}

/// The index is over number and count together, and nothing but the order says the count.
std::optional<Ledger::IssuedOrder> Ledger::issued_with_number(const std::string& number) {
  const Impl::Call call(*impl_);
  std::int64_t last_closed = 0, last = 0;
  for (const std::string& replacement : all_replacements()) {
    const Bytes index = number_index(impl_->keys, number, replacement);
    auto row = impl_->database.query(
        "SELECT position, closed FROM orders JOIN runs USING (position)"
        " WHERE number = ? AND outcome = 'issued'",
        {index});
    if (row.step() && row.integer(1) > last_closed) {
      last = row.integer(0);
      last_closed = row.integer(1);
    }
  }
  return last_closed == 0 ? std::nullopt : open_issued(impl_->database, impl_->keys, last);
}

std::optional<Ledger::IssuedOrder> Ledger::last_issued_at(const std::string& writer) {
  const Impl::Call call(*impl_);
  std::optional<std::int64_t> position;
  {
    // CROSS: back along the events, and never through all runs first.
    auto row = impl_->database.query(
        "SELECT position FROM events AS ended CROSS JOIN runs ON ended.run = runs.run AND closed = ended.seq"
        " CROSS JOIN events AS began ON began.seq = bound"
        " WHERE ended.kind = 'closed' AND outcome = 'issued'"
        " AND json_extract(began.body, '$.writer') = ?"
        " ORDER BY ended.seq DESC LIMIT 1",
        {writer});
    if (row.step()) position = row.integer(0);
  }
  return position ? open_issued(impl_->database, impl_->keys, *position) : std::nullopt;
}

}  // namespace perso::ledger
