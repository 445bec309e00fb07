#include "vchip/timing.hpp"

namespace perso::vchip {

using namespace std::chrono_literals;

namespace {

/// What the chip itself needs, whatever its link: public measurements of Java Cards, middle values.
Timing java_card() {
  Timing timing;
  timing.page = 1500us;        // erase and program one page
  timing.channel_step = 80ms;  // 61-119 ms seen for INITIALIZE UPDATE
  timing.protected_byte = 2us;
  timing.key_generation = 200ms;  // P-256
  timing.signature = 250ms;       // P-256 ECDSA
  timing.rsa_operation = 150ms;   // 1,024 bits, by the exponent alone
  timing.key_agreement = 190ms;   // P-256 ECDH: 123-266 ms seen
  timing.delay = 1s;              // CONTRACT.md, section 9; CONTRACT-iso7816.md, section 3
  return timing;
}

}  // namespace

std::chrono::nanoseconds Timing::cost(const Effort& effort) const {
  const auto times = [](std::chrono::nanoseconds each, std::size_t count) {
    return each * static_cast<std::int64_t>(count);
  };
  return command + times(link_byte, effort.link_bytes) + times(page, effort.pages) +
         times(channel_step, effort.channel_steps) + times(protected_byte, effort.protected_bytes) +
         times(key_generation, effort.key_generations) + times(signature, effort.signatures) +
         times(rsa_operation, effort.rsa_operations) + times(key_agreement, effort.key_agreements) +
         times(delay, effort.delays);
}

Timing Timing::prompt() {
  Timing timing;
  timing.delay = java_card().delay;
  return timing;
}

Timing Timing::contact() {
  Timing timing = java_card();
  timing.command = 8ms;
  timing.link_byte = 104us;  // 12 bit times
  return timing;
}

Timing Timing::contactless() {
  Timing timing = java_card();
  timing.command = 10ms;
  timing.link_byte = 21us;  // 9 bit times with parity
  return timing;
}

Timing Timing::slowest() {
  Timing timing = java_card();
  timing.command = 60ms;
  timing.link_byte = 85us;  // 9 bit times
  timing.channel_step *= 3;
  timing.key_generation *= 3;
  timing.signature *= 3;
  timing.rsa_operation *= 3;
  timing.key_agreement *= 3;
  return timing;
}

}  // namespace perso::vchip
