// A bad line, or a hostile chip: answers are replaced, cut, lengthened, changed or late, by a seed.
#pragma once

#include "bytes/error.hpp"
#include "iso7816/card.hpp"
#include "support/seeded_random.hpp"

namespace perso::test {

class Corruptor final : public iso7816::Card {
 public:
  /// @param one_in how rarely an answer is touched @param first none before it, counted from 0
  Corruptor(iso7816::Card& card, std::uint64_t seed, std::uint64_t one_in, std::size_t first = 0)
      : card_(card), random_(seed), one_in_(one_in), first_(first) {}

  std::size_t commands = 0;
  bool touched = false;
  std::chrono::nanoseconds late{};  // by which answers came later

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    const bool spared = commands++ < first_;
    iso7816::ResponseApdu answer = card_.transmit(command);
    const iso7816::ResponseApdu honest = answer;
    if (!spared && random_.next() % one_in_ == 0) corrupt(answer, command.ne);
    touched = touched || answer.data != honest.data || answer.status != honest.status;
    return answer;
  }

 private:
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_.next()); }

  void corrupt(iso7816::ResponseApdu& answer, std::size_t ne) {
    Bytes& data = answer.data;
    switch (random_.next() % 9) {
      case 0:  // another answer
        data.resize(random_.next() % (std::min<std::size_t>(ne, 2000) + 1));
        random_.fill(data);
        break;
      case 1:  // cut
        data.resize(random_.next() % (data.size() + 1));
        break;
      case 2:  // lengthened
        for (std::size_t more = random_.next() % 300; more > 0; --more) data.push_back(byte());
        break;
      case 3:  // one bit
        if (!data.empty())
          data[random_.next() % data.size()] ^= static_cast<std::uint8_t>(1U << (byte() % 8));
        break;
      case 4:  // the head: tags and lengths
        if (!data.empty()) data[random_.next() % std::min<std::size_t>(data.size(), 8)] = byte();
        break;
      case 5:
        answer = {{}, known_status()};
        break;
      case 6:
        answer.status = known_status();
        break;
      case 7:  // an answer of before
        answer = last_;
        break;
      default:
        late += std::chrono::seconds(random_.next() % 100);
    }
    last_ = answer;
  }

  iso7816::StatusWord known_status() {
    constexpr std::uint16_t words[] = {0x9000, 0x6282, 0x6300, 0x6700, 0x6982, 0x6985, 0x6988, 0x6A80,
                                       0x6A82, 0x6A88, 0x6B00, 0x6D00, 0x6E00, 0x6F00, 0x61FF, 0x6CFF};
    return {words[random_.next() % std::size(words)]};
  }

  iso7816::Card& card_;
  SeededRandom random_;
  std::uint64_t one_in_;
  std::size_t first_;
  iso7816::ResponseApdu last_;
};

}  // namespace perso::test
