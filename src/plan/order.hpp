// Orders: one card to make, as a customer hands it over.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bytes/clock.hpp"
#include "bytes/error.hpp"
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
  Bytes portrait;  // as the customer gave it

  /// The card's number: the value of the profile's number field.
  std::string number(const profile::Profile& edition) const;
  /// How often the card was replaced, "00": the value of the profile's replacements field; empty where it has
  /// none.
  std::string replacement(const profile::Profile& edition) const;
  /// The card access number; empty where the profile has none.
  std::string access_number(const profile::Profile& edition) const;

  /// For sealing into the ledger and back.
  Secret encode() const;
  /// @throws Error Code::malformed for anything that `encode` does not make
  static Order decode(const Secret& encoded);
};

/// Gives an order what it may leave out: the day on which it is taken in (in China), a date whose validity
/// the profile tells, the count of a first issue, and an access number, drawn without bias.
void fill_in(Order& order, const profile::Profile& profile, Instant now, Random& random);

/// One thing that is wrong with an order. Nothing of the holder stands in it.
struct Fault {
  std::string field;  // empty for what is wrong with the order as a whole
  std::string text;   // "is missing; fill it in": what is wrong and how to mend it
  Code code = Code::order_invalid;
};

/// Checks every field against the profile: characters, lengths, dates that exist, check characters, what
/// agrees with what, validity by age, the portrait. All that is found; empty for a good order.
std::vector<Fault> faults_of(const Order& order, const profile::Profile& profile);

/// The same for an order that is being taken in, and what is wrong with it on this day alone, in China: a
/// holder who was not born yet, or before 1900; and a card that has expired already or is issued more than
/// 366 days ahead, but for a sample, since those who test need both.
std::vector<Fault> faults_at_intake(const Order& order, const profile::Profile& profile, Instant now);

/// Faults on their way to an Error, a line each: "WHERE, field F is missing; fill it in".
class FaultReport {
 public:
  void add(const std::string& where, const Fault& fault);
  void add(const Error& error);
  bool empty() const { return !code_; }
  /// @throws Error with all of them; of the code that they share, else order_invalid
  [[noreturn]] void raise() const;

 private:
  void add_line(const std::string& line, Code code);
  std::string lines_;
  std::optional<Code> code_;
};

/// @throws Error order_invalid or portrait_invalid with every fault, a line each
void check(const Order& order, const profile::Profile& profile, const std::string& where);
/// The same but for the picture in the portrait, which `compile` judges when it prepares it.
void check_values(const Order& order, const profile::Profile& profile, const std::string& where);

}  // namespace perso::plan
