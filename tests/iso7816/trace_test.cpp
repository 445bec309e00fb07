#include "iso7816/trace.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "bytes/error.hpp"
#include "support/scripted_card.hpp"

using namespace perso;

namespace {

/// Every look at it takes 250 microseconds.
class SteppingClock final : public Clock {
 public:
  Instant now() override { return {}; }
  std::chrono::nanoseconds elapsed() override { return now_ += std::chrono::microseconds(250); }
  void sleep(std::chrono::milliseconds) override {}

 private:
  std::chrono::nanoseconds now_{};
};

class TornCard final : public iso7816::Card {
 public:
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu&) override {
    throw Error(Code::card_torn, "the card left");
  }
};

/// A slot that holds a script for a card.
class ScriptedSlot final : public iso7816::Slot {
 public:
  test::ScriptedCard card;
  std::optional<iso7816::Leave> left;

  const std::string& name() const override { return name_; }
  bool wait_for_card(std::chrono::milliseconds) override { return true; }
  bool wait_for_removal(std::chrono::milliseconds) override { return false; }
  std::unique_ptr<iso7816::Connection> connect() override { return std::make_unique<Inserted>(*this); }

 private:
  class Inserted final : public iso7816::Connection {
   public:
    explicit Inserted(ScriptedSlot& slot) : slot_(slot) {}
    ByteView atr() const override { return slot_.atr_; }
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      return slot_.card.transmit(command);
    }
    void close(iso7816::Leave leave) override { slot_.left = leave; }

   private:
    ScriptedSlot& slot_;
  };
  std::string name_ = "Reader A";
  Bytes atr_{0x3B, 0x00};
};

struct Lines {
  std::vector<std::string> lines;
  iso7816::Trace::Sink sink() {
    return [this](std::string_view line) { lines.emplace_back(line); };
  }
};

}  // namespace

TEST_CASE("a line says what was asked and answered, and no byte of data") {
  test::ScriptedCard card;
  card.expect("84E2880102C0DE00", "DEADBEEF9000").expect("00A4020C02C0DE", "6A82");
  SteppingClock clock;
  Lines trace;
  iso7816::Trace traced(card, clock, trace.sink());
  CHECK(to_hex(traced.transmit({0x84, 0xE2, 0x88, 0x01, {0xC0, 0xDE}, 256}).data) == "DEADBEEF");
  CHECK(traced.transmit({0x00, 0xA4, 0x02, 0x0C, {0xC0, 0xDE}, 0}).status == iso7816::sw::file_not_found);
  CHECK(trace.lines == std::vector<std::string>{"84E28801 Nc=2 Ne=256 SW=9000 Nr=4 250us",
                                                "00A4020C Nc=2 Ne=0 SW=6A82 Nr=0 250us"});
}

TEST_CASE("the command that was not answered is in the trace too") {
  TornCard card;
  SteppingClock clock;
  Lines trace;
  iso7816::Trace traced(card, clock, trace.sink());
  CHECK_THROWS_AS(traced.transmit({0x00, 0xB0, 0x00, 0x00, {}, 256}), Error);
  CHECK(trace.lines == std::vector<std::string>{"00B00000 Nc=0 Ne=256 no answer 250us"});
}

TEST_CASE("every connection of a traced slot is traced, and no byte of data is told") {
  ScriptedSlot slot;
  slot.card.expect("80500000080102030405060708", "C0FFEEC0FFEE9000").expect("00B0000003", "C0FFEE9000");
  SteppingClock clock;
  Lines trace;
  iso7816::TracingSlot traced(slot, clock, trace.sink());
  CHECK(traced.name() == "Reader A");
  CHECK(traced.wait_for_card(std::chrono::milliseconds{0}));
  CHECK_FALSE(traced.wait_for_removal(std::chrono::milliseconds{0}));

  const auto first = traced.connect();
  CHECK(to_hex(first->atr()) == "3B00");
  CHECK(to_hex(first->transmit({0x80, 0x50, 0x00, 0x00, {1, 2, 3, 4, 5, 6, 7, 8}, 0}).data) ==
        "C0FFEEC0FFEE");
  first->close(iso7816::Leave::powered_off);
  CHECK(slot.left == iso7816::Leave::powered_off);
  CHECK(to_hex(traced.connect()->transmit({0x00, 0xB0, 0x00, 0x00, {}, 3}).data) == "C0FFEE");

  CHECK(trace.lines == std::vector<std::string>{"80500000 Nc=8 Ne=0 SW=9000 Nr=6 250us",
                                                "00B00000 Nc=0 Ne=3 SW=9000 Nr=3 250us"});
  for (const std::string& line : trace.lines)
    for (const char* data : {"0102", "C0FFEE"}) CHECK(line.find(data) == std::string::npos);
}
