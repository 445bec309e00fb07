// Time and chance as interfaces. The real ones are made in station/ alone; tests inject their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace perso {

/// Seconds since 1970-01-01 UTC, as certificates and the ledger count.
using Instant = std::chrono::sys_seconds;

/// "2026-11-22T08:15:00Z" (RFC 3339).
std::string to_text(Instant instant);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  /// Monotonic, for durations.
  virtual std::chrono::nanoseconds elapsed() = 0;
  virtual void sleep(std::chrono::milliseconds duration) = 0;
};

/// A cryptographic random source. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace perso
