#include "iso7816/response_chaining.hpp"

#include "bytes/error.hpp"

namespace perso::iso7816 {

namespace {

constexpr std::uint8_t more_data = 0x61;
constexpr std::uint8_t wrong_le = 0x6C;

/// SW2 of 61xx and 6Cxx: the bytes that are there, 00 for 256 (or more).
std::size_t announced(StatusWord status) {
  return status.sw2() == 0 ? max_ne_short : status.sw2();
}

}  // namespace

ResponseApdu ResponseChaining::with_right_length(const CommandApdu& command) {
  ResponseApdu answer = card_.transmit(command);
  if (answer.status.sw1() != wrong_le) return answer;
  CommandApdu again = command;
  again.ne = announced(answer.status);
  return card_.transmit(again);
}

ResponseApdu ResponseChaining::transmit(const CommandApdu& command) {
  ResponseApdu answer = with_right_length(command);
  while (answer.status.sw1() == more_data) {
    const ResponseApdu part = with_right_length({0x00, 0xC0, 0x00, 0x00, {}, announced(answer.status)});
    const bool stands_still = part.data.empty() && part.status.sw1() == more_data;
    if (stands_still || answer.data.size() + part.data.size() > max_ne_extended)
      throw Error(Code::chip_foreign, "the card's answer does not come to an end: take the card out");
    append(answer.data, part.data);
    answer.status = part.status;
  }
  return answer;
}

}  // namespace perso::iso7816
