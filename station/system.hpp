// The real clock, the operator's name and the signals: what only the composition root may touch.
#pragma once

#include <string>

#include "bytes/clock.hpp"

namespace perso::station {

class SystemClock final : public Clock {
 public:
  Instant now() override;
  std::chrono::nanoseconds elapsed() override;
  void sleep(std::chrono::milliseconds duration) override;
};

/// The login name of who runs the program; the one behind sudo where there is one.
std::string login_name();

/// From now on SIGINT, SIGTERM and SIGHUP ask for an end instead of ending the program. A second one ends it
/// at once.
void catch_stop_signals();
bool stop_requested();

}  // namespace perso::station
