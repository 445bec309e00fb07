#include "vchip/reading.hpp"

#include <algorithm>

namespace perso::vchip {

using namespace iso7816;

ReadPlace read_place(const CommandApdu& command) {
  if (!command.data.empty()) throw Refusal{sw::wrong_length};
  if ((command.p1 & 0x80) == 0) return {0, static_cast<std::size_t>(command.p1 << 8 | command.p2)};
  const std::uint8_t short_fid = command.p1 & 0x1F;
  if ((command.p1 & 0x60) != 0 || short_fid == 0 || short_fid == 31) throw Refusal{sw::wrong_p1p2};
  return {short_fid, command.p2};
}

ReadSize read_size(const CommandApdu& command, std::size_t most, std::size_t room) {
  if (command.ne == 0) throw Refusal{sw::wrong_length};
  return {std::min(command.ne, room), command.ne == most};
}

Answer read_part(ByteView contents, std::size_t offset, ReadSize size) {
  if (offset >= contents.size()) throw Refusal{sw::wrong_offset};
  const ByteView rest = contents.subspan(offset);
  const ByteView part = rest.first(std::min(rest.size(), size.wanted));
  const bool short_of = part.size() < size.wanted && !size.whatever;
  return {Bytes(part.begin(), part.end()), short_of ? sw::end_of_file : sw::success};
}

}  // namespace perso::vchip
