// Reading files, of an application and of the master file.
#include "tlv/tlv.hpp"
#include "vchip/globalplatform_os.hpp"
#include "vchip/reading.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr tlv::Tag offset_object{0x54}, data_object{0x53};

/// The most contents that fit with their tag and length into `field` bytes.
std::size_t contents_in(std::size_t field) {
  std::size_t size = field < 2 ? 0 : field - 2;
  while (size > 0 && tlv::encoded_size(data_object, size) > field) --size;
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

ReadSize GlobalPlatformOs::asked_size(const Command& command) const {
  return read_size(command.apdu, command.extended ? max_ne_extended : max_ne_short, answer_room(command));
}

/// The current file from now on. @throws Refusal 6A82
void GlobalPlatformOs::make_current(const File* file) {
  if (file == nullptr) throw Refusal{sw::file_not_found};
  session_.file = file->fid;
}

Answer GlobalPlatformOs::read_binary(const Command& command) {
  const ReadPlace place = read_place(command.apdu);
  if (place.short_fid != 0) make_current(state_.at(session_.application).find_short(place.short_fid));
  const File& file = readable_file(command.way);
  return read_part(file.contents, place.offset, asked_size(command));
}

Answer GlobalPlatformOs::read_binary_odd(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  const tlv::Element asked = tlv::single(apdu.data);
  if (asked.tag != offset_object || asked.value.empty() || asked.value.size() > 4)
    throw Refusal{sw::wrong_data};
  std::size_t offset = 0;
  for (const std::uint8_t digit : asked.value) offset = offset << 8 | digit;

  const Application& here = state_.at(session_.application);
  const auto named = static_cast<std::uint16_t>(apdu.p1 << 8 | apdu.p2);
  if (named >= 1 && named <= max_short_fid)
    make_current(here.find_short(static_cast<std::uint8_t>(named)));
  else if (named != 0)
    make_current(here.find(Fid{named}));

  const File& file = readable_file(command.way);
  ReadSize size = asked_size(command);
  size.wanted = contents_in(size.wanted);
  Answer answer = read_part(file.contents, offset, size);
  answer.data = tlv::encode(data_object, answer.data);
  return answer;
}

}  // namespace perso::vchip
