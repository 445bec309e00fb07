#include "system.hpp"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace perso::station {

namespace {

// A signal handler has nothing but static memory to leave word in.
volatile std::sig_atomic_t stop_signal = 0;

void on_stop_signal(int) {
  stop_signal = 1;
}

}  // namespace

Instant SystemClock::now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::elapsed() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void SystemClock::sleep(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

std::string login_name() {
  if (const char* behind_sudo = std::getenv("SUDO_USER")) return behind_sudo;
  if (const passwd* entry = getpwuid(geteuid())) return entry->pw_name;
  return "uid-" + std::to_string(geteuid());
}

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART | SA_RESETHAND;  // a second signal ends the program at once
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, &action, &before);
    if (before.sa_handler == SIG_IGN) sigaction(signal, &before, nullptr);  // under nohup, for instance
  }
}

bool stop_requested() {
  return stop_signal != 0;
}

}  // namespace perso::station
