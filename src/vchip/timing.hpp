// What the chip's work costs: counted as effort, priced by a timing model. Nothing in the chip sleeps; its
// server does, through an injected sleeper.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

namespace perso::vchip {

/// What one command made the chip do.
struct Effort {
  std::size_t link_bytes = 0;       // command and answer
  std::size_t pages = 0;            // written to non-volatile memory: one for each atomic change
  std::size_t channel_steps = 0;    // INITIALIZE UPDATE, EXTERNAL AUTHENTICATE
  std::size_t protected_bytes = 0;  // that were enciphered or signed symmetrically
  std::size_t key_generations = 0;
  std::size_t signatures = 0;      // with an elliptic curve
  std::size_t rsa_operations = 0;  // with the private key
  std::size_t key_agreements = 0;  // multiplications of a point
  std::size_t delays = 0;          // 1 where the chip holds an answer back after a wrong authentication
};

struct Timing {
  std::chrono::nanoseconds command{};  // latency of any command
  std::chrono::nanoseconds link_byte{};
  std::chrono::nanoseconds page{};
  std::chrono::nanoseconds channel_step{};
  std::chrono::nanoseconds protected_byte{};
  std::chrono::nanoseconds key_generation{};
  std::chrono::nanoseconds signature{};
  std::chrono::nanoseconds rsa_operation{};
  std::chrono::nanoseconds key_agreement{};
  std::chrono::nanoseconds delay{};

  std::chrono::nanoseconds cost(const Effort& effort) const;

  /// Takes no time.
  static Timing none() { return {}; }
  /// The same, but what the chip holds back after a wrong authentication it does hold back.
  static Timing prompt();
  /// ISO/IEC 7816-3 at 115 kbit/s after PPS, 12 bit times a byte; 8 ms a command.
  static Timing contact();
  /// ISO/IEC 14443-4 at 424 kbit/s; 10 ms a command.
  static Timing contactless();
  /// ISO/IEC 14443-4 at 106 kbit/s, an old chip: 60 ms a command, cryptography thrice as slow.
  static Timing slowest();
};

/// Lets so much time pass: really, or by adding it up.
using Sleeper = std::function<void(std::chrono::nanoseconds)>;

}  // namespace perso::vchip
