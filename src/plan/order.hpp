// Orders: one card to make, as a customer hands it over.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "bytes/secret.hpp"
#include "profile/profile.hpp"

namespace perso::plan {

enum class Reason { first_issue, renewal, replacement, sample };
/// As a batch writes it: "first-issue", "renewal", "replacement", "sample".
std::string_view name_of(Reason reason);
std::optional<Reason> reason_named(std::string_view name);

/// A checked order. Text values are UTF-8 by holder field; a date is YYYY-MM-DD, a sex M or F, a country
/// alpha-3.
struct Order {
  std::string id;  // unique for ever; 1 to 64 of A-Z a-z 0-9 . _ -; tells nothing of the holder
  std::string profile;
  Reason reason = Reason::first_issue;
  std::map<std::string, std::string> fields;
  Bytes portrait;  // JPEG

  /// The card's number: the value of the profile's number field.
  std::string number(const profile::Profile& edition) const;
  /// Replacement count as the card bears it, "00".
  std::string replacement(const profile::Profile& edition) const;

  /// For sealing into the ledger and back.
  Secret encode() const;
  /// @throws Error Code::malformed for anything that `encode` does not make
  static Order decode(const Secret& encoded);
};

/// Computes what an order may leave out: a date whose validity the profile tells, and the count of a first
/// issue.
void fill_in(Order& order, const profile::Profile& profile);

/// Checks every field against the profile: characters, lengths, dates that exist, check characters, what
/// agrees with what, validity by age, the portrait. Nothing of the holder stands in a message.
/// @throws Error order_invalid or portrait_invalid: "WHERE, field F: what is wrong; how to mend it"
void check(const Order& order, const profile::Profile& profile, const std::string& where);

/// Reads a batch: CSV in UTF-8 (RFC 4180, CRLF or LF) whose header line, row 1, names the columns: `order`,
/// `reason` and the profile's fields. The portrait's column holds the name of a file in the batch's folder.
/// An empty cell is a value left out. Calls `take` for each order, filled in and checked, in the file's
/// order; the first fault ends it before the next `take`. One row is held at a time. Ids that stand twice are
/// the ledger's to find, which knows all that ever were: an order_duplicate that `take` throws gets its file
/// and row here.
/// @throws Error order_invalid, portrait_invalid or order_duplicate: "FILE row N (order ID), field F: ..."
void read_csv(const std::filesystem::path& csv, const profile::Profile& profile,
              const std::function<void(Order&&)>& take);

}  // namespace perso::plan
