// Whatever comes in over the wire or out of a file: an answer or one clear refusal, never more.
#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "passport_bench.hpp"
#include "vchip/globalplatform_state.hpp"
#include "vchip/passport_state.hpp"

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
  CHECK(GlobalPlatformState::load(bench.chip.nvm()).life == LifeCycle::personalizing);
}

TEST_CASE("passport chip: random commands, before the lock and after it, get a status word") {
  for (const bool locked : {false, true}) {
    Dice dice;
    PassportBench bench;
    bench.personalize();
    if (locked) bench.lock();
    const Bytes classes = {0x00, 0x80, 0x0C, 0x10};
    const Bytes instructions = {0xA4, 0xCA, 0xE0, 0xD6, 0xDA, 0xB0, 0x84, 0x82, 0x88, 0xB1};
    const Bytes parameters = {0x00, 0x02, 0x04, 0x0C, 0x60, 0x61, 0x62, 0x81, 0x9E, 0xDE};
    for (int round = 0; round < 10'000; ++round) {
      CAPTURE(round);
      const bool refreshed = round == 0 || dice.below(50) == 0;
      if (refreshed) bench.succeed(select_passport);
      if (refreshed && locked) REQUIRE(bench.open() == "9000");
      Bytes command = {classes[dice.below(4)], instructions[dice.below(10)], parameters[dice.below(10)],
                       parameters[dice.below(10)]};
      if (dice.below(3) != 0) {
        // Data that begin as the command's own do get further.
        Bytes data = from_hex(std::vector<std::string>{"", "6304", "62", "8709", "011E"}[dice.below(5)]);
        append(data, dice.bytes(1 + dice.below(40)));
        command.push_back(static_cast<std::uint8_t>(dice.below(20) == 0 ? dice.byte() : data.size()));
        append(command, data);
      }
      if (dice.below(2) == 0) command.push_back(dice.byte());
      bool whole = true;
      try {
        iso7816::CommandApdu::parse(command);
      } catch (const Error&) {
        whole = false;
      }
      const bool protect = locked && whole && command[0] == 0x00 && dice.below(2) == 0;
      Bytes answer;
      CHECK_NOTHROW(answer = bench.chip.process(protect ? bench.protect(to_hex(command)) : command));
      REQUIRE(answer.size() >= 2);
      CHECK(((answer[answer.size() - 2] & 0xF0) == 0x60 || answer[answer.size() - 2] == 0x90));
      CHECK(answer.size() <= 258);
      if (!whole) CHECK(to_hex(answer) == "6700");
    }
    CHECK((bench.chip.life() == LifeCycle::issued) == locked);
  }
}

/// Memories of a personalized chip, each with a changed byte: how many are refused.
template <typename State>
std::size_t refused_memories(const Nvm& nvm) {
  Dice dice;
  std::vector<Bytes> records;
  nvm.replay([&](ByteView record) { records.emplace_back(record.begin(), record.end()); });
  std::size_t refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::vector<Bytes> changed = records;
    Bytes& victim = changed[dice.below(changed.size())];
    if (dice.below(4) == 0) victim.resize(1 + dice.below(victim.size() + 8));
    victim[dice.below(victim.size())] = dice.byte();
    Nvm memory;
    memory.replace(changed);
    try {
      const State state = State::load(memory);
      Nvm again;
      again.replace(state.snapshot());
      CHECK(State::load(again).snapshot() == state.snapshot());
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
      ++refused;
    }
  }
  return refused;
}

TEST_CASE("state: records with changed bytes load or are refused") {
  Bench bench;
  bench.personalize();
  CHECK(refused_memories<GlobalPlatformState>(bench.chip.nvm()) > 500);
  PassportBench passport;
  passport.personalize();
  CHECK(refused_memories<PassportState>(passport.chip.nvm()) > 500);
}

}  // namespace
}  // namespace perso::vchip
