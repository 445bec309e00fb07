// Sample cards as a station makes them, on virtual chips in memory, and an inspection that knows their
// editions.
#pragma once

#include <functional>

#include "keys/key_set.hpp"
#include "profile/profile.hpp"
#include "samples/samples.hpp"
#include "support/seeded_random.hpp"

namespace perso::test {

inline constexpr Instant today{std::chrono::seconds{1'795'305'600}};  // 2026-11-22

/// A station that knows both editions, with specimen keys of its own.
struct Workshop {
  keys::KeySet keys;
  profile::Profile new_edition, current_edition;
  std::vector<inspect::Edition> editions;
  inspect::TrustStore trust;

  const profile::Profile& edition_of(const samples::Sample& sample) const;
};
const Workshop& workshop();
/// The chance that whatever a test makes or asks is drawn from. @param seed begins it anew
SeededRandom& chance();

/// A finished card: what is printed on it, and the memory of its chip.
struct MadeCard {
  channel::AccessData by_nothing, by_number, by_zone;  // either part alone
  Bytes memory;

  vchip::Chip chip() const;
};
/// @param edition of the sample, or what a test made of it
MadeCard make_card(const samples::Sample& sample, const profile::Profile& edition);
const samples::Sample& sample_named(std::string_view name);

/// A chip in a reader. What its answers take goes into the clock that an inspection looks at.
class CardInReader final : public iso7816::Card {
 public:
  explicit CardInReader(vchip::Chip& chip);
  ~CardInReader() override;
  /// Another card is put in its place.
  void swap_for(vchip::Chip& other);

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override;

  vchip::Timing timing = vchip::Timing::none();
  std::function<void(std::size_t)> before = [](std::size_t) {};  // each command, by its number
  std::size_t commands = 0;
  std::chrono::nanoseconds took{};

 private:
  vchip::Chip* chip_;
};

/// A day, and the time that a reader took.
class ReaderClock final : public Clock {
 public:
  ReaderClock(const std::chrono::nanoseconds& took, Instant day) : took_(took), day_(day) {}
  Instant now() override { return day_ + std::chrono::floor<std::chrono::seconds>(took_); }
  std::chrono::nanoseconds elapsed() override { return took_; }
  void sleep(std::chrono::milliseconds) override {}

 private:
  const std::chrono::nanoseconds& took_;
  Instant day_;
};

/// As a border that knows both editions and believes this station.
inspect::Report inspected(iso7816::Card& card, const channel::AccessData& access,
                          const std::chrono::nanoseconds& took,
                          std::span<const inspect::Edition> editions = workshop().editions);
inspect::Report inspected(CardInReader& card, const channel::AccessData& access);
/// The same of a chip on its own.
inspect::Report inspected(vchip::Chip& chip, const channel::AccessData& access);

/// The names of the checks that failed.
std::string failed_checks(const inspect::Report& report);

}  // namespace perso::test
