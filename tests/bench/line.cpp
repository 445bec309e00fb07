#include "bench/line.hpp"

#include <deque>
#include <map>
#include <stdexcept>
#include <thread>

#include "bench/picture.hpp"
#include "bench/station.hpp"
#include "run/line.hpp"

namespace perso::bench {

namespace {

constexpr std::chrono::milliseconds signing_delay{30};
constexpr std::size_t command_limit = 65'535;

class SlowSigner final : public keys::Signer {
 public:
  explicit SlowSigner(const keys::Signer& signer) : signer_(signer) {}
  Bytes sign(ByteView message) const override {
    std::this_thread::sleep_for(signing_delay);
    return signer_.sign(message);
  }
  const crypto::Certificate& certificate() const override { return signer_.certificate(); }

 private:
  const keys::Signer& signer_;
};

/// The edition of a station with slow signers.
class SlowEdition {
 public:
  explicit SlowEdition(const Station& station)
      : open_(station.profile, station.keys, command_limit), slow_(*open_) {
    slow_.signers = [this](const std::string& name) -> const keys::Signer& { return signers_.at(name); };
    for (const char* name : {"document-signer", "national-signer"})
      signers_.emplace(name, station.keys.signer(name));
  }
  const run::Edition& operator*() const { return slow_; }

 private:
  run::OpenEdition open_;
  run::Edition slow_;
  std::map<std::string, SlowSigner, std::less<>> signers_;
};

/// Blanks one after the other, which really take the time that they would without contacts.
class FedSlot final : public iso7816::Slot {
 public:
  FedSlot(std::string name, const Station& station, LineCost& cost)
      : name_(std::move(name)), station_(station), cost_(cost), chip_(station.blank()) {}

  const std::string& name() const override { return name_; }
  bool wait_for_card(std::chrono::milliseconds) override {
    if (!present_) present_.emplace();
    return true;
  }
  bool wait_for_removal(std::chrono::milliseconds) override { return true; }
  std::unique_ptr<iso7816::Connection> connect() override {
    at_work([this] { chip_->power_on(); });
    return std::make_unique<Connection>(*this);
  }

 private:
  class Connection final : public iso7816::Connection {
   public:
    explicit Connection(FedSlot& slot) : slot_(slot) {}
    iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
      const Bytes sent = command.encode();
      Bytes answer;
      slot_.at_work([&] {
        const auto begun = std::chrono::steady_clock::now();
        answer = slot_.chip_->process(sent);
        std::this_thread::sleep_until(begun + vchip::Timing::contactless().cost(slot_.chip_->effort()));
      });
      return iso7816::ResponseApdu::parse(answer);
    }
    ByteView atr() const override { return slot_.chip_->atr(); }
    void close(iso7816::Leave leave) override {
      if (leave == iso7816::Leave::reset) return slot_.at_work([this] { slot_.chip_->reset(); });
      slot_.next_blank();
    }

   private:
    FedSlot& slot_;
  };

  void at_work(const std::function<void()>& work) {
    const Stopwatch watch;
    work();
    cost_.chip += watch.read().wall;
  }

  /// Making one is no time of the line.
  void next_blank() {
    cost_.with_card += present_.value().read().wall;
    ++cost_.cards;
    chip_.emplace(station_.blank());
    present_.emplace();
  }

  const std::string name_;
  const Station& station_;
  LineCost& cost_;
  std::optional<vchip::Chip> chip_;
  std::optional<Stopwatch> present_;
};

class NoObserver final : public run::LineObserver {
 public:
  void waiting(const std::string&) override {}
  void step(const std::string&, std::string_view) override {}
  void ended(const std::string&, const run::Result&, std::chrono::nanoseconds) override {}
  void held(const std::string&, const Error&) override {}
  void stopped(const std::string&, const Error&) override {}
};

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

double LineCost::idle_share() const {
  return seconds(with_card - chip - commits) / seconds(with_card);
}

double LineCost::cards_an_hour() const {
  return 3600 * static_cast<double>(cards) / seconds(with_card);
}

LineCost make_cards_on_line(std::size_t writers, std::size_t cards) {
  Station station(cards + 2 * writers, source_pictures(8));
  const SlowEdition edition(station);
  TimedJournal journal(*station.ledger);
  std::vector<LineCost> costs(writers);
  std::deque<FedSlot> slots;
  std::vector<run::Writer> line;
  for (LineCost& cost : costs) {
    slots.emplace_back(std::to_string(slots.size()), station, cost);
    line.push_back({slots.back().name(), slots.back()});
  }
  run::LineRules rules;
  rules.count = cards;
  NoObserver observer;
  const run::LineReport report =
      run::run_line(line, *edition, station.of(journal), rules, observer, [] { return false; });
  if (report.issued != cards)
    throw std::runtime_error(report.last_failure ? report.last_failure->what() : "a card was not issued");

  LineCost together;
  for (const LineCost& cost : costs) {
    together.cards += cost.cards;
    together.with_card += cost.with_card;
    together.chip += cost.chip;
  }
  for (const Time& commit : journal.take_commits()) together.commits += commit.wall;
  return together;
}

}  // namespace perso::bench
