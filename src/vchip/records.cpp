#include "vchip/records.hpp"

#include <optional>

#include "bytes/error.hpp"

namespace perso::vchip {

void damaged_memory() {
  throw Error(Code::malformed, "virtual chip: the memory does not hold a chip's records");
}

ByteView RecordFields::take(std::size_t size) {
  if (size > rest_.size()) damaged_memory();
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

void append_atr(Bytes& record, const Hardware& hardware) {
  record.push_back(static_cast<std::uint8_t>(hardware.atr.size()));
  append(record, hardware.atr);
}

Bytes read_atr(RecordFields& fields) {
  const ByteView atr = fields.take(fields.byte());
  if (atr.size() < 2 || atr.size() > 33) damaged_memory();
  return Bytes(atr.begin(), atr.end());
}

Platform platform_of(const Nvm& nvm) {
  std::optional<std::uint8_t> birth;
  nvm.replay([&](ByteView record) { birth = birth.value_or(record[0]); });
  if (birth == globalplatform_birth) return Platform::globalplatform;
  if (birth == iso7816_birth) return Platform::iso7816;
  damaged_memory();
}

}  // namespace perso::vchip
