// The line: a thread for each writer that takes cards as they come until the queue is empty or a rule stops
// it.
#pragma once

#include <limits>
#include <vector>

#include "run/run.hpp"

namespace perso::run {

struct LineRules {
  std::size_t failures_in_row = 3;                              // of one writer: it stops; the others go on
  std::size_t count = std::numeric_limits<std::size_t>::max();  // cards to issue at most
  std::chrono::milliseconds card_wait{
      std::chrono::hours(24 * 365)};  // how long a writer waits for the next card before it gives up
};

/// The name of the line's own thread, which prepares orders ahead of the cards. No writer is called so.
inline constexpr const char* preparing = "(preparing)";

/// What the operator's screen and the log are told. Called on the line's threads, one at a time; the first
/// and the last call of a thread, `started` and `finished`, outside of any lock.
class LineObserver {
 public:
  virtual ~LineObserver() = default;
  virtual void started(const std::string&) {}
  virtual void finished(const std::string&) {}
  virtual void waiting(const std::string& writer) = 0;
  virtual void step(const std::string& writer, std::string_view step) = 0;
  virtual void ended(const std::string& writer, const Result& result, std::chrono::nanoseconds took) = 0;
  /// An order that cannot be made as it is: it waits for a person.
  virtual void held(const std::string& order_id, const Error& why) = 0;
  virtual void stopped(const std::string& writer, const Error& why) = 0;
};

struct LineReport {
  std::size_t issued = 0, rejected = 0, spoiled = 0, returned = 0, refused = 0;
  std::size_t verified = 0;           // cards that passed the fresh verification
  std::size_t held = 0;               // orders that cannot be made as they are
  std::size_t waiting_for_chip = 0;   // runs that stay open until their chip is seen again
  std::optional<Error> last_failure;  // of any writer
  bool stopped_by_rule = false;       // a writer stopped after too many failures in a row
};

/// Asked between steps that wait; true ends the line after the cards in work.
using StopRequest = std::function<bool()>;

/// Runs the line to its end. Everything that waits goes through the slots, the journal and the clock.
/// @throws Error of exit codes 5 and 6: what ends the station; the other writers finish their cards first
LineReport run_line(const std::vector<Writer>& writers, const Edition& edition, const Station& station,
                    const LineRules& rules, LineObserver& observer, const StopRequest& stop);

}  // namespace perso::run
