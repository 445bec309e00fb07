#include "bench/ports.hpp"

#include <thread>
#include <utility>

namespace perso::bench {

namespace {

class ChipConnection final : public iso7816::Connection {
 public:
  ChipConnection(ChipSlot& slot, vchip::Chip& chip) : slot_(slot), chip_(chip) {}

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    Bytes sent = command.encode();
    const Stopwatch watch;
    Bytes answer = chip_.process(sent);
    slot_.connections.back().push_back({std::move(sent), answer});
    slot_.chip_time += watch.read();
    return iso7816::ResponseApdu::parse(answer);
  }
  ByteView atr() const override { return chip_.atr(); }
  void close(iso7816::Leave leave) override {
    const Stopwatch watch;
    if (leave == iso7816::Leave::powered_off)
      chip_.power_off();
    else
      chip_.reset();
    slot_.chip_time += watch.read();
  }

 private:
  ChipSlot& slot_;
  vchip::Chip& chip_;
};

}  // namespace

Time& Time::operator+=(const Time& other) {
  wall += other.wall;
  processor += other.processor;
  return *this;
}

Time& Time::operator-=(const Time& other) {
  wall -= other.wall;
  processor -= other.processor;
  return *this;
}

Time Stopwatch::now() const {
  timespec processor{};
  ::clock_gettime(processor_, &processor);
  return {std::chrono::steady_clock::now().time_since_epoch(),
          std::chrono::seconds(processor.tv_sec) + Nanoseconds(processor.tv_nsec)};
}

Time Stopwatch::read() const {
  Time passed = now();
  passed -= begun_;
  return passed;
}

Instant RealClock::now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Nanoseconds RealClock::elapsed() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void RealClock::sleep(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

std::unique_ptr<iso7816::Connection> ChipSlot::connect() {
  const Stopwatch watch;
  chip_.power_on();
  connections.emplace_back().reserve(512);
  chip_time += watch.read();
  return std::make_unique<ChipConnection>(*this, chip_);
}

std::vector<Time> TimedJournal::take_commits() {
  const std::lock_guard lock(mutex_);
  return std::exchange(commits_, {});
}

void TimedJournal::hold(const std::string& order_id, std::string_view why) {
  commit([&] { journal_.hold(order_id, why); });
}

void TimedJournal::bind(const run::RunId& run, const std::string& order_id, const run::Blank& blank,
                        const std::string& writer) {
  commit([&] { journal_.bind(run, order_id, blank, writer); });
}

void TimedJournal::rekeying(const run::RunId& run, const run::KeySetCheck& current,
                            const run::KeySetCheck& next) {
  commit([&] { journal_.rekeying(run, current, next); });
}

void TimedJournal::promise(const run::RunId& run, const run::Promise& promise) {
  commit([&] { journal_.promise(run, promise); });
}

void TimedJournal::close(const run::RunId& run, run::Outcome outcome, std::string_view why) {
  commit([&] { journal_.close(run, outcome, why); });
}

void TimedJournal::refused(const std::optional<keys::ChipId>& chip, const std::string& writer,
                           std::string_view why) {
  commit([&] { journal_.refused(chip, writer, why); });
}

}  // namespace perso::bench
