// A chip on the bench: made with known keys, driven by a host's side of SCP03 that is written for these tests
// alone.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "iso7816/card.hpp"
#include "vchip/chip.hpp"

namespace perso::vchip::test {

/// Bytes that repeat in every run of the tests.
class RepeatableRandom final : public Random {
 public:
  explicit RepeatableRandom(std::uint64_t seed = 0x9E3779B97F4A7C15) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

KeySet transport_keys(std::size_t size = 16);  // version 01
KeySet issuer_keys();                          // version 20
ChipConfig blank_chip();

inline const std::string app = "F05045525350";  // an application's AID

/// REQUIRE of values that stand already, so that a PowerLoss on the way to them comes through.
void demand(const std::string& got, const std::string& wanted);

/// The host's side: APDU case 1 to 4, short or extended, and the channel once `open` was right.
class Bench {
 public:
  explicit Bench(ChipConfig config = blank_chip());
  explicit Bench(Nvm nvm);

  Chip chip;

  /// Sends as it is. The answer as upper-case hexadecimal, status word last.
  std::string send(const std::string& hex);
  /// Status word of a command.
  std::string status(const std::string& hex);
  /// INITIALIZE UPDATE and EXTERNAL AUTHENTICATE; the status word of the one that failed, or 9000.
  std::string open(const KeySet& keys, std::uint8_t level = 0x33);
  /// Protects a plain command (cla without the bit of secure messaging), sends it, checks and unwraps the
  /// answer. A wrong answer is "broken".
  std::string secure(const std::string& hex);
  /// The protected form of a plain command; counts as sent.
  Bytes protect(const std::string& hex);
  std::string unprotect(ByteView answer);

  // Personalization, step by step; each checks for 9000.
  void mark();
  void install();
  void target();
  void store(const std::string& dgis, std::size_t block = 200);
  void lock();
  /// Up to an application with EF 0101 (short id 1, 100 bytes), 0102 (never readable, 10 bytes), 0103 (300
  /// bytes), all written.
  void personalize();

 private:
  RepeatableRandom random_;
  Secret enc_, mac_, rmac_;
  Bytes chaining_;
  std::uint64_t counter_ = 0;
  std::uint8_t level_ = 0;
  std::size_t mac_size_ = 8;

 public:
  Bytes initialize_update_answer;
  /// Changes one byte of the next EXTERNAL AUTHENTICATE: its place from the start of the data field.
  std::optional<std::size_t> spoil;
  /// What INITIALIZE UPDATE and EXTERNAL AUTHENTICATE go through, else the bare chip: plain command to plain
  /// answer.
  std::function<Bytes(ByteView)> through;
};

/// The chip as the station's own terminal sees it.
class ChipAsCard final : public iso7816::Card {
 public:
  explicit ChipAsCard(Chip& chip) : chip_(chip) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    return iso7816::ResponseApdu::parse(chip_.process(command.encode()));
  }

 private:
  Chip& chip_;
};

/// STORE DATA commands (plain) for a stream.
std::vector<std::string> store_commands(const std::string& dgis, std::size_t block);
/// A DGI with its length in the shorter form.
std::string dgi(const std::string& id, const std::string& value);
/// `62 {...}` of a file.
std::string fcp(const std::string& fid, std::uint16_t size, std::uint8_t short_fid = 0,
                const std::string& condition = "00");
/// `count` bytes that count up from `first`, as hexadecimal.
std::string pattern(std::size_t count, std::uint8_t first = 0);
/// A command from its parts, extended where it must be or is asked for.
std::string command(const std::string& header, const std::string& data,
                    std::optional<std::size_t> ne = std::nullopt, bool extended = false);

extern const std::string install_app;
extern const std::string target_app;
extern const std::string file_control;

/// PUT KEY (plain) that replaces `current` by `next`.
std::string put_key(const KeySet& current, const KeySet& next);

}  // namespace perso::vchip::test
