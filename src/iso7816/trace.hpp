// What goes to a card and comes back, a line each, for finding faults in the field. Never the data.
#pragma once

#include <functional>
#include <string_view>

#include "bytes/clock.hpp"
#include "iso7816/card.hpp"

namespace perso::iso7816 {

/// Passes every command on and writes one line about it: header, Nc, Ne, status word, bytes of response data,
/// microseconds.
///   84E20800 Nc=248 Ne=256 SW=9000 Nr=8 14210us
/// A command without an answer has `no answer` in the place of the answer. `card` and `clock` must outlive
/// it. Not thread-safe.
class Trace final : public Card {
 public:
  /// Takes one line without its end. It must not throw.
  using Sink = std::function<void(std::string_view)>;

  Trace(Card& card, Clock& clock, Sink sink) : card_(card), clock_(clock), sink_(std::move(sink)) {}
  ResponseApdu transmit(const CommandApdu& command) override;

 private:
  Card& card_;
  Clock& clock_;
  Sink sink_;
};

/// A slot whose connections are traced. `slot`, `clock` and what the sink writes to must outlive it and its
/// connections.
class TracingSlot final : public Slot {
 public:
  TracingSlot(Slot& slot, Clock& clock, Trace::Sink sink)
      : slot_(slot), clock_(clock), sink_(std::move(sink)) {}
  const std::string& name() const override { return slot_.name(); }
  bool wait_for_card(std::chrono::milliseconds timeout) override { return slot_.wait_for_card(timeout); }
  bool wait_for_removal(std::chrono::milliseconds timeout) override {
    return slot_.wait_for_removal(timeout);
  }
  std::unique_ptr<Connection> connect() override;

 private:
  Slot& slot_;
  Clock& clock_;
  Trace::Sink sink_;
};

}  // namespace perso::iso7816
