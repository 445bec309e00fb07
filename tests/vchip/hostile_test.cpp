// Whatever comes in over the wire or out of a file: an answer or one clear refusal, never more.
#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "test_chip.hpp"
#include "vchip/state.hpp"

namespace perso::vchip {
namespace {

using namespace test;

class Dice {
 public:
  std::size_t below(std::size_t end) {
    Bytes bytes(4);
    random_.fill(bytes);
    return be32(bytes) % end;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }
  Bytes bytes(std::size_t count) {
    Bytes out(count);
    random_.fill(out);
    return out;
  }

 private:
  RepeatableRandom random_;
};

TEST_CASE("chip: random commands, in the clear and in the channel, get a status word") {
  Dice dice;
  Bench bench;
  bench.personalize();
  const Bytes classes = {0x00, 0x80, 0x04, 0x84};
  const Bytes instructions = {0xA4, 0xCA, 0x50, 0x82, 0xD8, 0xE6, 0xE2, 0xF0, 0x46, 0x88, 0xB0, 0xB1};
  const Bytes parameters = {0x00, 0x02, 0x04, 0x08, 0x0C, 0x20, 0x81, 0x84, 0x88};
  const std::string select_app =
      "00A40400"
      "06" +
      app;
  for (int round = 0; round < 20'000; ++round) {
    CAPTURE(round);
    Bytes command = {classes[dice.below(4)], instructions[dice.below(12)], parameters[dice.below(9)],
                     parameters[dice.below(9)]};
    if (command[1] == 0xF0) continue;  // the chip is to stay in life
    if (dice.below(50) == 0) {
      bench.status(dice.below(2) == 0 ? select_app : "00A4040000");
      REQUIRE(bench.open(transport_keys()) == "9000");
    }
    const Bytes data = dice.bytes(1 + dice.below(40));
    if (dice.below(3) != 0) {
      command.push_back(static_cast<std::uint8_t>(dice.below(20) == 0 ? dice.byte() : data.size()));
      append(command, data);
    }
    if (dice.below(2) == 0) command.push_back(dice.byte());
    Bytes answer;
    bool whole = true;
    try {
      iso7816::CommandApdu::parse(command);
    } catch (const Error&) {
      whole = false;
    }
    const bool protect = whole && (command[0] & 0x04) == 0 && dice.below(2) == 0;
    CHECK_NOTHROW(answer = bench.chip.process(protect ? bench.protect(to_hex(command)) : command));
    REQUIRE(answer.size() >= 2);
    CHECK((answer[answer.size() - 2] & 0xF0) >= 0x60);
    if (!whole) CHECK(to_hex(answer) == "6700");
  }
  CHECK(State::load(bench.chip.nvm()).life == LifeCycle::personalizing);
}

TEST_CASE("state: records with changed bytes load or are refused") {
  Dice dice;
  Bench bench;
  bench.personalize();
  std::vector<Bytes> records;
  bench.chip.nvm().replay([&](ByteView record) { records.emplace_back(record.begin(), record.end()); });
  std::size_t refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::vector<Bytes> changed = records;
    Bytes& victim = changed[dice.below(changed.size())];
    if (dice.below(4) == 0) victim.resize(1 + dice.below(victim.size() + 8));
    victim[dice.below(victim.size())] = dice.byte();
    Nvm nvm;
    nvm.replace(changed);
    try {
      const State state = State::load(nvm);
      Nvm again;
      again.replace(state.snapshot());
      CHECK(State::load(again).snapshot() == state.snapshot());
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
      ++refused;
    }
  }
  CHECK(refused > 500);
}

}  // namespace
}  // namespace perso::vchip
