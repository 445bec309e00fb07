#include "iso7816/trace.hpp"

#include <doctest/doctest.h>

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
