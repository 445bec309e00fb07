// Whatever comes in over the wire or out of a file: an answer or one clear refusal, never more.
#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "closed_chip.hpp"
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

/// A command that looks like one of the chip's: known bytes where that gets further, else any.
Bytes random_command(Dice& dice, const std::string& classes) {
  const Bytes known_classes = from_hex(classes);
  const Bytes instructions = from_hex("A4CA5082D8E6E2F04688B0B1228684");
  const Bytes parameters = from_hex("0002040C1C1D41819CA4A6C1");
  const auto one_of = [&](const Bytes& bytes) { return bytes[dice.below(bytes.size())]; };
  Bytes command = {one_of(known_classes), one_of(instructions), one_of(parameters), one_of(parameters)};
  if (dice.below(3) != 0) {
    const std::vector<std::string> heads = {
        "",     "7C00", "7C028100", "7C438141", "7C0A8508",  "800A" + pace_gm_aes,
        "9141", "5401", "011D",     "970100",   "8711018E08"};
    Bytes data = from_hex(heads[dice.below(heads.size())]);
    append(data, dice.bytes(1 + dice.below(70)));
    command.push_back(static_cast<std::uint8_t>(dice.below(20) == 0 ? dice.byte() : data.size()));
    append(command, data);
  }
  if (dice.below(2) == 0) command.push_back(dice.byte());
  return command;
}

bool is_command(ByteView bytes) {
  try {
    iso7816::CommandApdu::parse(bytes);
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST_CASE("closed chip: random commands, before access, within PACE and in the channel, get a status word") {
  Dice dice;
  ClosedChip bench;
  Terminal terminal(bench.chip);
  const std::size_t log = bench.chip.nvm().log().size();
  for (int round = 0; round < 20'000; ++round) {
    CAPTURE(round);
    if (dice.below(40) == 0) terminal.channel.reset();
    if (dice.below(200) == 0) REQUIRE(terminal.pace_with_number(access_number) == "9000");
    if (dice.below(20) == 0) bench.send(command("0022C1A4", tlv("80", pace_cam_aes) + "830102"));
    if (dice.below(20) == 0) bench.send(select_app);
    const bool in_channel = terminal.channel && dice.below(4) != 0;
    Bytes command = random_command(dice, in_channel ? "0080" : "0080100C8C84");
    const bool whole = is_command(command);
    if (whole && in_channel && (command[0] & 0x0C) == 0) command = terminal.channel->protect(to_hex(command));
    Bytes answer;
    CHECK_NOTHROW(answer = bench.chip.process(command));
    REQUIRE(answer.size() >= 2);
    CHECK(((answer[answer.size() - 2] & 0xF0) == 0x60 || answer[answer.size() - 2] == 0x90));
    if (!whole) CHECK(to_hex(answer) == "6700");
    if (in_channel && whole && terminal.channel->unprotect(answer).front() == '[') terminal.channel.reset();
  }
  CHECK(bench.chip.life() == LifeCycle::issued);
  CHECK(bench.chip.nvm().log().size() < log + 40'000);  // nothing but failures and successes
}

TEST_CASE("closed chip: each byte of protected commands changed: never a wrong answer, never a crash") {
  ClosedChip bench;
  Terminal terminal(bench.chip);
  for (const std::string plain : {"00B0810004", "00B08100000004", "00B1000003540100FF", "00A4020C020101"}) {
    REQUIRE(terminal.pace_with_number(access_number) == "9000");
    const std::size_t size = terminal.channel->protect(plain).size();
    for (std::size_t at = 0; at < size; ++at) {
      CAPTURE(plain);
      CAPTURE(at);
      REQUIRE(terminal.pace_with_number(access_number) == "9000");
      REQUIRE(terminal.secure(select_app) == "9000");
      Bytes changed = terminal.channel->protect(plain);
      const std::size_t le_size = changed[4] == 0 ? 2 : 1;
      const bool le = at + le_size >= size;  // nobody signs the last bytes
      changed[at] ^= 0x10;
      const Bytes answer = bench.chip.process(changed);
      CHECK((le || answer.size() == 2));
      const bool outer_length = at == 4 || (at == 5 || at == 6) || le;
      if (!outer_length) CHECK(terminal.secure("00B0810004") == "[6982]");
    }
  }
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
  ClosedChip closed;
  CHECK(refused_memories<GlobalPlatformState>(closed.chip.nvm()) > 500);
  PassportBench passport;
  passport.personalize();
  CHECK(refused_memories<PassportState>(passport.chip.nvm()) > 500);
}

}  // namespace
}  // namespace perso::vchip
