#include "vchip/card_manager.hpp"

#include <algorithm>

#include "tlv/tlv.hpp"
#include "vchip/card_os.hpp"

namespace perso::vchip {

bool names_card_manager(ByteView data) {
  return data.empty() || std::ranges::equal(data, card_manager_aid);
}

bool names_master_file(ByteView data) {
  constexpr std::array<std::uint8_t, 2> master_file = {0x3F, 0x00};
  return data.empty() || std::ranges::equal(data, master_file);
}

Bytes card_manager_fci(std::uint16_t max_command_data, std::optional<LifeCycle> life) {
  Bytes life_cycle;
  if (life) tlv::append(life_cycle, tlv::Tag{0x8A}, Bytes{static_cast<std::uint8_t>(*life)});
  Bytes limit;
  append_be16(limit, max_command_data);
  return tlv::encode(tlv::Tag{0x6F}, {tlv::encode(tlv::Tag{0x84}, card_manager_aid), life_cycle,
                                      tlv::encode(tlv::Tag{0xA5}, tlv::encode(tlv::Tag{0x9F65}, limit))});
}

Bytes application_fci(ByteView aid) {
  return tlv::encode(tlv::Tag{0x6F}, {tlv::encode(tlv::Tag{0x84}, aid)});
}

bool wants_fci(const iso7816::CommandApdu& select) {
  if (select.p2 != 0x00 && select.p2 != 0x0C) throw Refusal{iso7816::sw::wrong_p1p2};
  return select.p2 == 0x00;
}

Bytes production_data(const Hardware& hardware) {
  return tlv::encode(tlv::Tag{production_data_tag}, hardware.cplc);
}

}  // namespace perso::vchip
