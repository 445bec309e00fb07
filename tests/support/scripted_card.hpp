// A card that knows its part by heart: fails the test on another command, on running out, and on lines left
// over.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <exception>

#include "iso7816/card.hpp"

namespace perso::test {

class ScriptedCard final : public iso7816::Card {
 public:
  ScriptedCard() = default;
  ScriptedCard(const ScriptedCard&) = delete;
  ScriptedCard& operator=(const ScriptedCard&) = delete;
  ~ScriptedCard() override {
    if (std::uncaught_exceptions() == 0 && !lines_.empty())
      FAIL_CHECK("the script's next command was never sent: ", lines_.front().command);
  }

  /// The next command and its answer, whole APDUs in upper-case hexadecimal.
  ScriptedCard& expect(std::string command, std::string answer) {
    lines_.push_back({std::move(command), std::move(answer)});
    return *this;
  }

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    const std::string sent = to_hex(command.encode());
    if (lines_.empty()) FAIL("the script is over, but this came: ", sent);
    const Line line = lines_.front();
    lines_.pop_front();
    if (sent != line.command) FAIL("the script says ", line.command, ", but this came: ", sent);
    return iso7816::ResponseApdu::parse(from_hex(line.answer));
  }

  std::size_t left() const { return lines_.size(); }

 private:
  struct Line {
    std::string command, answer;
  };
  std::deque<Line> lines_;
};

}  // namespace perso::test
