// A virtual chip: CONTRACT.md or CONTRACT-iso7816.md in software, for production rehearsals and tests. The
// chip's own side of everything, written apart from the station's.
#pragma once

#include <memory>

#include "bytes/clock.hpp"
#include "vchip/globalplatform_state.hpp"
#include "vchip/nvm.hpp"
#include "vchip/timing.hpp"

namespace perso::vchip {

class CardOs;

/// How a chip leaves its manufacturer.
struct ChipConfig {
  Hardware hardware;
  KeySet transport_keys;  // globalplatform alone
  Platform platform = Platform::globalplatform;
};

/// Owns its memory. Made without power. Used by one thread; `random` must outlive it.
class Chip {
 public:
  /// The birth of a chip: blank, in an empty memory.
  static void make(const ChipConfig& config, Nvm& nvm);
  /// The same as a file, which appears under its name only when it is whole. @throws Error Code::reader_fault
  /// where it exists
  static void make_file(const ChipConfig& config, const std::filesystem::path& file);

  /// @throws Error Code::malformed where the memory holds no chip
  Chip(Nvm nvm, Random& random);
  Chip(Chip&&) noexcept;
  ~Chip();

  /// Supplies power: what was volatile is gone, a torn write is dropped. Nothing happens where power is on.
  void power_on();
  void power_off();
  /// A warm reset; power stays on.
  void reset();
  bool powered() const { return powered_; }

  const Bytes& atr() const;
  /// Answers one command: data and status word, at most 65,535 bytes.
  /// @throws PowerLoss without power, and when it fails in the middle: the chip is then off. Error
  /// Code::reader_fault when its file fails
  Bytes process(ByteView command);
  /// What the last answered command took.
  const Effort& effort() const;

  /// Life cycle as it stands in memory.
  LifeCycle life() const;
  /// The memory, for tests: to cut the power, to read the log.
  Nvm& nvm() { return *nvm_; }

 private:
  std::unique_ptr<Nvm> nvm_;  // at a fixed place: the operating system works on it
  Random& random_;
  std::unique_ptr<CardOs> os_;  // without power too: it knows what the memory holds
  bool powered_ = false;
};

}  // namespace perso::vchip
