// One run: from a chip in a writer to its one outcome, as straight code.
#pragma once

#include "bytes/error.hpp"
#include "chip/driver.hpp"
#include "run/edition.hpp"
#include "run/journal.hpp"

namespace perso::run {

/// The station's side of a run: everything that waits or has an effect, besides the slot.
struct Station {
  Journal& journal;
  Clock& clock;
  Random& random;
};

/// A place where cards are made.
struct Writer {
  std::string name;  // as station.yaml names it
  iso7816::Slot& slot;
  std::string body = {};  // serial number of the card body in it, where it is known: a line of one card
};

/// An order and the first phase of its plan, ready before a card comes.
struct Prepared {
  plan::Order order;
  plan::Plan plan;
};

/// Told each step as it begins. Called on the run's thread.
using Progress = std::function<void(std::string_view step)>;

struct Result {
  /// Nothing where no run was opened or closed: the chip was refused, or the run stays open until its chip is
  /// seen again.
  std::optional<Outcome> outcome;
  std::optional<Error> why;  // what ended it, unless issued
  std::string order_id;      // of the run that was opened or closed, else empty
  std::optional<keys::ChipId> chip;
  bool used_order = false;  // whether the prepared order was bound
  bool verified = false;    // whether the finished card passed the fresh verification
};

/// Takes the card in the writer through a whole run. Identify, bind, open, write, read back, lock, verify
/// afresh, close. A chip that is not blank is never written: it is refused, or recognised as that of an
/// earlier run, which is then closed by what a fresh verification says. One that says who it is to those
/// alone who open it is tried with what is printed on the cards of all runs that wait. Without
/// `prepared` only that is done; a blank chip is left alone. Never throws for what happens to a card or a
/// reader; errors of the ledger (exit code 6) and of the keys (5) come out.
Result run_card(const Writer& writer, const Prepared* prepared, const Edition& edition,
                const Station& station, const Progress& progress);

}  // namespace perso::run
