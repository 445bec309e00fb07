// Reading files, of an application and of the master file.
#include "tlv/tlv.hpp"
#include "vchip/globalplatform_os.hpp"
#include "vchip/reading.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

/// Tag and shortest length in front of so many bytes.
std::size_t head_size(std::size_t size) {
  return size < 0x80 ? 2 : size < 0x100 ? 3 : 4;
}

/// The most contents that fit with their tag and length into `field` bytes.
std::size_t contents_in(std::size_t field) {
  std::size_t size = field < 2 ? 0 : field - 2;
  while (size > 0 && size + head_size(size) > field) --size;
  return size;
}

}  // namespace

const File& GlobalPlatformOs::readable_file(Way way) const {
  if (!session_.file) throw Refusal{sw::command_not_allowed};
  const File& file = *state_.at(session_.application).find(*session_.file);
  const bool closed_to_it = state_.closed() && way != Way::access_channel;
  if (file.condition == ReadCondition::never ||
      (file.condition == ReadCondition::access_channel && closed_to_it))
    throw Refusal{sw::security_status};
  if (!file.complete()) throw Refusal{sw::conditions_not_satisfied};
  return file;
}

Answer GlobalPlatformOs::read(const Command& command, std::size_t offset, bool wrapped) {
  const File& file = readable_file(command.way);
  ReadSize size =
      read_size(command.apdu, command.extended ? max_ne_extended : max_ne_short, answer_room(command));
  if (wrapped) size.wanted = contents_in(size.wanted);
  Answer answer = read_part(file.contents, offset, size);
  if (wrapped) answer.data = tlv::encode(tlv::Tag{0x53}, answer.data);
  return answer;
}

Answer GlobalPlatformOs::read_binary(const Command& command) {
  const ReadPlace place = read_place(command.apdu);
  if (place.short_fid != 0) {
    const File* file = state_.at(session_.application).find_short(place.short_fid);
    if (file == nullptr) throw Refusal{sw::file_not_found};
    session_.file = file->fid;
  }
  return read(command, place.offset, false);
}

Answer GlobalPlatformOs::read_binary_odd(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  const ByteView digits = tlv::single(apdu.data).value;
  if (apdu.data[0] != 0x54 || digits.empty() || digits.size() > 4) throw Refusal{sw::wrong_data};
  std::size_t offset = 0;
  for (const std::uint8_t digit : digits) offset = offset << 8 | digit;
  if (const Fid fid{static_cast<std::uint16_t>(apdu.p1 << 8 | apdu.p2)}; fid.value != 0) {
    if (state_.at(session_.application).find(fid) == nullptr) throw Refusal{sw::file_not_found};
    session_.file = fid;
  }
  return read(command, offset, true);
}

}  // namespace perso::vchip
