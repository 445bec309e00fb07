// The one error type. Every failure that leaves a function is an `Error`: what went wrong (a code that the
// README explains), where (the step), and what to do about it, in one line without secrets or holder data.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace perso {

/// Each code stands in the README's table with its meaning, and belongs to one exit code of the program.
enum class Code {
  // 1: a card or a check failed
  chip_foreign,         // not a chip of the profile's platform
  chip_not_blank,       // a chip that holds a holder or a progress mark
  chip_interrupted,     // a chip that an earlier run left half-made
  chip_full,            // the chip has no room for what the plan wants to write
  keys_do_not_open,     // the chip's cryptogram was made with other keys
  channel_broken,       // a protected answer failed its check
  command_refused,      // a status word that the step did not expect
  read_back_differs,    // the chip returned other bytes than were written
  verification_failed,  // the finished card does not keep the profile's promises
  promise_broken,       // number or EF.SOD differ from what the ledger committed
  stopped_by_rule,      // the stop rule ended the line (failures in a row)
  // 2: usage
  usage,
  // 3: bad input
  malformed,        // bytes or text that break their format (TLV, hex, DER, CSV, JPEG)
  profile_invalid,  // a profile that breaks the profile language: file:line:column
  config_invalid,   // station.yaml
  order_invalid,    // an order that breaks its profile: file, row, field
  order_duplicate,  // an order id, batch or number that exists already
  portrait_invalid,
  // 4: readers or stack
  stack_absent,   // no pcscd answers
  reader_absent,  // the named reader is not there (unplugged or never was)
  reader_fault,   // the reader or its driver failed
  reader_stuck,   // a deadline passed; the worker was ended
  card_absent,    // no card in the reader
  card_torn,      // the card left or lost power while it was in use
  card_reset,     // another program reset the card
  card_busy,      // another program holds the card
  // 5: keys
  keys_locked,  // the passphrase does not open the key set
  key_missing,
  key_damaged,
  crypto_failed,  // an operation that the library refused
  // 6: ledger
  ledger_busy,         // another program works on this home
  ledger_newer,        // written by a newer version
  ledger_damaged,      // a row that its hash chain contradicts
  ledger_rolled_back,  // shorter than its high-water mark: a cut tail or an older copy
  ledger_io,           // SQLite or the disk failed
};

std::string_view name_of(Code code);
/// The program's exit code, 1 to 6.
int exit_code_of(Code code);

class Error : public std::exception {
 public:
  /// @param message one sentence: what, where, what to do. No secrets, no card data, no holder data.
  Error(Code code, std::string message);
  /// The same with the step that it ended and the chip's status word.
  Error(Code code, std::string message, std::uint16_t status_word);

  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  std::optional<std::uint16_t> status_word() const { return status_word_; }
  /// The step of a run that it ended; empty outside of a run.
  const std::string& step() const { return step_; }
  /// The same error, said to have ended `step`. The innermost step stays.
  Error at(std::string_view step) const;
  /// "code: message (step, SW 6982)", one line.
  const char* what() const noexcept override { return line_.c_str(); }

 private:
  void compose();
  Code code_;
  std::string message_;
  std::string step_;
  std::optional<std::uint16_t> status_word_;
  std::string line_;
};

}  // namespace perso
