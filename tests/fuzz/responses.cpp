// A whole inspection against hostile answers: inspect::inspect. The first byte says which document it meets,
// whether its edition is known, and whether the rest is what is done to its answers or what stands in their
// place.
#include "fuzz/document.hpp"
#include "fuzz/target.hpp"

namespace {

using namespace perso;
using iso7816::CommandApdu;
using iso7816::ResponseApdu;

/// An honest inspection takes some 20.
constexpr std::size_t most_commands = 500;

constexpr std::array<std::uint16_t, 16> words = {0x9000, 0x6282, 0x6300, 0x6700, 0x6982, 0x6985,
                                                 0x6987, 0x6988, 0x6A80, 0x6A82, 0x6A88, 0x6B00,
                                                 0x6D00, 0x6E00, 0x61FF, 0x6CFF};

class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  /// 0 where nothing is left.
  std::uint8_t byte() { return at_end() ? std::uint8_t{0} : take(1)[0]; }
  ByteView take(std::size_t size) {
    const ByteView taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  ByteView rest_;
};

class CountedCard : public iso7816::Card {
 public:
  ResponseApdu transmit(const CommandApdu& command) final {
    fuzz::hold(++commands_ <= most_commands, "an inspection comes to its end");
    return answer(command);
  }

 private:
  virtual ResponseApdu answer(const CommandApdu& command) = 0;
  std::size_t commands_ = 0;
};

/// Leaves so many answers as they are as the first byte says. Then it is the input that answers: a status
/// word of the list, two bytes of length, and data.
class ScriptedCard final : public CountedCard {
 public:
  ScriptedCard(iso7816::Card& card, Input input) : card_(card), input_(input), honest_left_(input_.byte()) {}

 private:
  ResponseApdu answer(const CommandApdu& command) override {
    if (honest_left_ > 0) {
      --honest_left_;
      return card_.transmit(command);
    }
    if (input_.at_end()) throw Error(Code::card_torn, "the card left");
    const iso7816::StatusWord status{words[input_.byte() % words.size()]};
    const std::size_t high = input_.byte();
    const ByteView data = input_.take(high << 8 | input_.byte());
    return {{data.begin(), data.end()}, status};
  }

  iso7816::Card& card_;
  Input input_;
  std::uint8_t honest_left_;
};

/// Does to a chip's answers what the input says, four bytes a time: how many to leave as they are, what to do
/// to the next, where and with what.
class CorruptedCard final : public CountedCard {
 public:
  CorruptedCard(iso7816::Card& card, Input input) : card_(card), input_(input) { next_act(); }

 private:
  ResponseApdu answer(const CommandApdu& command) override {
    ResponseApdu answer = card_.transmit(command);
    const ResponseApdu honest = answer;
    if (acts_ && honest_left_ == 0) {
      corrupt(answer);
      next_act();
    } else if (honest_left_ > 0) {
      --honest_left_;
    }
    before_ = honest;
    return answer;
  }

  void next_act() {
    acts_ = !input_.at_end();
    honest_left_ = input_.byte();
    act_ = input_.byte();
    at_ = input_.byte();
    value_ = input_.byte();
  }

  void corrupt(ResponseApdu& answer) {
    Bytes& data = answer.data;
    switch (act_ % 8) {
      case 0:  // from the front
        if (!data.empty()) data[at_ % data.size()] ^= value_;
        break;
      case 1:  // from the back
        if (!data.empty()) data[data.size() - 1 - at_ % data.size()] ^= value_;
        break;
      case 2:
        data.resize(std::min<std::size_t>(data.size(), at_));
        break;
      case 3:
        data.insert(data.end(), std::size_t{1} + at_, value_);
        break;
      case 4:
        answer.status = {words[value_ % words.size()]};
        break;
      case 5:
        answer = {{}, {words[value_ % words.size()]}};
        break;
      case 6:  // an answer of before
        answer = before_;
        break;
      default:
        throw Error(Code::card_torn, "the card left");
    }
  }

  iso7816::Card& card_;
  Input input_;
  ResponseApdu before_{{}, iso7816::sw::success};
  bool acts_ = false;
  std::uint8_t honest_left_ = 0, act_ = 0, at_ = 0, value_ = 0;
};

/// A day that does not pass.
class StillClock final : public Clock {
 public:
  explicit StillClock(Instant day) : day_(day) {}
  Instant now() override { return day_; }
  std::chrono::nanoseconds elapsed() override { return {}; }
  void sleep(std::chrono::milliseconds) override {}

 private:
  Instant day_;
};

/// A genuine document's files are those that were written: of a known edition all of them, of another those
/// that somebody has signed.
void hold_true(const inspect::Report& report, const fuzz::Document& document) {
  fuzz::hold(report.edition.empty() || report.files.size() == document.contents().size(),
             "a genuine document has all of its files");
  for (const inspect::ReadFile& file : report.files) {
    if (report.edition.empty() && (file.name == "EF.COM" || file.name == "EF.CardAccess")) continue;
    const bool written = std::ranges::any_of(document.contents(), [&](const auto& entry) {
      const auto& [application, fid] = entry.first;
      return application.is_master_file() == (file.application == "MF") && fid == file.fid &&
             entry.second == file.contents;
    });
    fuzz::hold(written, "what a genuine document says stands on it");
  }
}

inspect::Report inspected(iso7816::Card& card, const fuzz::Document& document, bool known, Random& random) {
  StillClock clock(document.today);
  const std::span<const inspect::Edition> editions = document.editions;
  return inspect::inspect(card,
                          {document.access, editions.first(known ? 1 : 0), document.trust, random, clock});
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Document open({}),
      closed({{{channel::KeyAgreement::ecdh, channel::Mapping::generic, channel::Cipher::aes_128}, 12}});
  Input input({data, size});
  const std::uint8_t kind = input.byte();
  const fuzz::Document& document = (kind & 1) != 0 ? closed : open;
  const bool known = (kind & 2) != 0, scripted = (kind & 4) != 0;
  const bool untouched = input.at_end();
  test::SeededRandom random(1);
  vchip::Chip chip = document.chip(random);
  chip.power_on();
  fuzz::BareChip bare(chip);
  std::unique_ptr<iso7816::Card> card;
  if (scripted)
    card = std::make_unique<ScriptedCard>(bare, input);
  else
    card = std::make_unique<CorruptedCard>(bare, input);

  const inspect::Report report = inspected(*card, document, known, random);
  if (report.verdict == inspect::Verdict::genuine) hold_true(report, document);
  if (!scripted && untouched)
    fuzz::hold(report.verdict == inspect::Verdict::genuine, "a document that nobody touches is genuine");
  return 0;
}
