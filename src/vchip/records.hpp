// How the records of a chip's memory are written and taken apart. The first byte of a record is its kind, and
// the first record is the chip's birth, which says what the chip speaks.
#pragma once

#include "vchip/hardware.hpp"
#include "vchip/nvm.hpp"

namespace perso::vchip {

/// Kinds of the two births; no other record has one of them.
constexpr std::uint8_t globalplatform_birth = 0x01;
constexpr std::uint8_t iso7816_birth = 0x41;

/// @throws Error Code::malformed: the memory does not hold a chip's records
[[noreturn]] void damaged_memory();

/// Takes a record apart; every step is checked against what is left. @throws Error Code::malformed
class RecordFields {
 public:
  explicit RecordFields(ByteView rest) : rest_(rest) {}
  ByteView take(std::size_t size);
  std::uint8_t byte() { return take(1)[0]; }
  ByteView rest() { return take(rest_.size()); }
  bool at_end() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

void append_atr(Bytes& record, const Hardware& hardware);
/// 2 to 33 bytes with their length in front.
Bytes read_atr(RecordFields& fields);

/// What the chip in this memory speaks. @throws Error Code::malformed where there is none
Platform platform_of(const Nvm& nvm);

/// Replays the whole memory into a new state, which has `apply(ByteView record)`.
/// @throws Error Code::malformed where it does not begin with that birth
template <typename State>
State replayed(const Nvm& nvm, std::uint8_t birth) {
  State state;
  bool born = false;
  nvm.replay([&](ByteView record) {
    if (!born && record[0] != birth) damaged_memory();
    born = true;
    state.apply(record);
  });
  if (!born) damaged_memory();
  return state;
}

/// Rewritten files leave their older pages in the log: one that has grown long is replaced by its state.
template <typename State>
void compact_if_long(Nvm& nvm, const State& state) {
  if (nvm.log().size() > 2 * std::size_t{state.hardware.memory} + 65536) nvm.replace(state.snapshot());
}

/// Pages that contents of so many bytes take.
constexpr std::size_t pages_for(std::size_t bytes) {
  return (bytes + Nvm::page_size - 1) / Nvm::page_size;
}

}  // namespace perso::vchip
