#include "bytes/error.hpp"

#include <array>

#include "bytes/bytes.hpp"

namespace perso {

namespace {

struct CodeRow {
  Code code;
  std::string_view name;
  int exit_code;
};

constexpr std::array rows{
    CodeRow{Code::chip_foreign, "chip-foreign", 1},
    CodeRow{Code::chip_not_blank, "chip-not-blank", 1},
    CodeRow{Code::chip_interrupted, "chip-interrupted", 1},
    CodeRow{Code::chip_full, "chip-full", 1},
    CodeRow{Code::keys_do_not_open, "keys-do-not-open", 1},
    CodeRow{Code::channel_broken, "channel-broken", 1},
    CodeRow{Code::command_refused, "command-refused", 1},
    CodeRow{Code::read_back_differs, "read-back-differs", 1},
    CodeRow{Code::verification_failed, "verification-failed", 1},
    CodeRow{Code::promise_broken, "promise-broken", 1},
    CodeRow{Code::stopped_by_rule, "stopped-by-rule", 1},
    CodeRow{Code::usage, "usage", 2},
    CodeRow{Code::malformed, "malformed", 3},
    CodeRow{Code::profile_invalid, "profile-invalid", 3},
    CodeRow{Code::config_invalid, "config-invalid", 3},
    CodeRow{Code::order_invalid, "order-invalid", 3},
    CodeRow{Code::order_duplicate, "order-duplicate", 3},
    CodeRow{Code::portrait_invalid, "portrait-invalid", 3},
    CodeRow{Code::stack_absent, "stack-absent", 4},
    CodeRow{Code::reader_absent, "reader-absent", 4},
    CodeRow{Code::reader_fault, "reader-fault", 4},
    CodeRow{Code::reader_stuck, "reader-stuck", 4},
    CodeRow{Code::card_absent, "card-absent", 4},
    CodeRow{Code::card_torn, "card-torn", 4},
    CodeRow{Code::card_reset, "card-reset", 4},
    CodeRow{Code::card_busy, "card-busy", 4},
    CodeRow{Code::keys_locked, "keys-locked", 5},
    CodeRow{Code::key_missing, "key-missing", 5},
    CodeRow{Code::key_damaged, "key-damaged", 5},
    CodeRow{Code::crypto_failed, "crypto-failed", 5},
    CodeRow{Code::ledger_busy, "ledger-busy", 6},
    CodeRow{Code::ledger_newer, "ledger-newer", 6},
    CodeRow{Code::ledger_damaged, "ledger-damaged", 6},
    CodeRow{Code::ledger_rolled_back, "ledger-rolled-back", 6},
    CodeRow{Code::ledger_io, "ledger-io", 6},
};

// A row stands at the place of its code, so that a lookup is an index and a forgotten row does not compile.
consteval bool rows_in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
  return rows.size() == static_cast<std::size_t>(Code::ledger_io) + 1;
}
static_assert(rows_in_order());

}  // namespace

std::string_view name_of(Code code) {
  return rows[static_cast<std::size_t>(code)].name;
}
int exit_code_of(Code code) {
  return rows[static_cast<std::size_t>(code)].exit_code;
}

Error::Error(Code code, std::string message) : code_(code), message_(std::move(message)) {
  compose();
}

Error::Error(Code code, std::string message, std::uint16_t status_word)
    : code_(code), message_(std::move(message)), status_word_(status_word) {
  compose();
}

Error Error::at(std::string_view step) const {
  Error placed = *this;
  if (placed.step_.empty()) placed.step_ = step;
  placed.compose();
  return placed;
}

void Error::compose() {
  line_ = std::string(name_of(code_)) + ": " + message_;
  std::string place = step_;
  if (status_word_) {
    Bytes sw;
    append_be16(sw, *status_word_);
    place += (place.empty() ? "SW " : ", SW ") + to_hex(sw);
  }
  if (!place.empty()) line_ += " (" + place + ")";
}

}  // namespace perso
