// What the passport application takes until it is locked.
#include <algorithm>

#include "tlv/tlv.hpp"
#include "vchip/active_authentication.hpp"
#include "vchip/passport_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::size_t max_file_size = 0x7FFF;
constexpr std::size_t min_number_size = 9, max_number_size = 22;  // the longest that a TD1 card can bear
constexpr std::size_t date_size = 6;

bool is_reserved(Fid fid) {
  constexpr std::uint16_t reserved[] = {0x0000, 0x3F00, 0x3FFF, 0xFFFF};  // ISO/IEC 7816-4 7.3.1
  return std::ranges::find(reserved, fid.value) != std::ranges::end(reserved);
}

/// A character of the machine readable zone.
bool is_printed(std::uint8_t character) {
  return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') || character == '<';
}

/// The next value, of printed characters alone.
ByteView printed(tlv::Reader& reader, std::uint32_t tag, std::size_t min, std::size_t max) {
  const ByteView value = reader.expect(tlv::Tag{tag}).value;
  if (value.size() < min || value.size() > max || !std::ranges::all_of(value, is_printed))
    throw Refusal{sw::wrong_data};
  return value;
}

}  // namespace

Answer PassportOs::create_file(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0 || apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.size() != 6) throw Refusal{sw::wrong_length};
  const tlv::Element properties = tlv::single(apdu.data);
  if (properties.tag != tlv::Tag{0x63} || properties.value.size() != 4) throw Refusal{sw::wrong_data};
  const std::size_t size = be16(properties.value);
  const Fid fid{be16(properties.value.subspan(2))};
  if (size == 0 || size > max_file_size || is_reserved(fid)) throw Refusal{sw::wrong_data};
  if (!state_.has_room_for_file(fid, size)) throw Refusal{sw::not_enough_memory};
  commit(passport_record::file(fid, size));
  return {};
}

Answer PassportOs::update_binary(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if ((apdu.p1 & 0x80) != 0) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.empty()) throw Refusal{sw::wrong_length};
  if (!session_.file) throw Refusal{sw::command_not_allowed};
  std::size_t offset = static_cast<std::size_t>(apdu.p1 << 8 | apdu.p2);
  if (offset + apdu.data.size() > state_.files.at(*session_.file).size()) throw Refusal{sw::wrong_offset};
  for (ByteView rest = apdu.data; !rest.empty();) {
    const std::size_t size = std::min(rest.size(), Nvm::page_size - offset % Nvm::page_size);
    commit(passport_record::page(*session_.file, offset, rest.first(size)));
    offset += size;
    rest = rest.subspan(size);
  }
  return {};
}

Answer PassportOs::put_data(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  switch (apdu.p1 << 8 | apdu.p2) {
    case 0x0060:
      put_modulus(apdu.data);
      break;
    case 0x0061:
      put_exponent(apdu.data);
      break;
    case 0x0062:
      put_access(apdu.data);
      break;
    case 0xDEAD:
      lock(apdu.data);
      break;
    default:
      throw Refusal{sw::wrong_p1p2};
  }
  return {};
}

void PassportOs::put_access(ByteView data) {
  // The tags 5F18 and 5F19 are not in the shortest form that DER wants.
  tlv::Reader outer(data, tlv::Rules::ber);
  tlv::Reader inner(outer.expect(tlv::Tag{0x62}).value, tlv::Rules::ber);
  outer.expect_end();
  const ByteView number = printed(inner, 0x5F1F, min_number_size, max_number_size);
  const ByteView birth = printed(inner, 0x5F18, date_size, date_size);
  const ByteView expiry = printed(inner, 0x5F19, date_size, date_size);
  inner.expect_end();
  commit(passport_record::access(bac_access_keys(number, birth, expiry)));
}

/// The number in `tag { 04 number }`, or behind it in `tag {} 04 number`: 128 bytes.
ByteView PassportOs::key_number(ByteView data, std::uint32_t tag) const {
  tlv::Reader outer(data);
  const ByteView object = outer.expect(tlv::Tag{tag}).value;
  tlv::Reader inner(answers().bare_numbers ? outer.rest() : object);
  const ByteView number = inner.expect(tlv::Tag{0x04}).value;
  inner.expect_end();
  const bool nothing_else = answers().bare_numbers ? object.empty() : outer.rest().empty();
  if (!nothing_else || number.size() != aa_key_size) throw Refusal{sw::wrong_data};
  return number;
}

void PassportOs::put_modulus(ByteView data) {
  const ByteView modulus = key_number(data, 0x60);
  const bool full_size = (modulus.front() & 0x80) != 0;
  const bool odd = (modulus.back() & 0x01) != 0;
  if (!full_size || !odd) throw Refusal{sw::wrong_data};
  if (!state_.has_room_for_key()) throw Refusal{sw::not_enough_memory};
  commit(passport_record::modulus(modulus));
}

void PassportOs::put_exponent(ByteView data) {
  const Secret exponent = Secret::copy_of(key_number(data, 0x61));
  if (!state_.has_room_for_key()) throw Refusal{sw::not_enough_memory};
  commit(passport_record::exponent(exponent));
}

void PassportOs::lock(ByteView data) {
  if (!data.empty()) throw Refusal{sw::wrong_length};
  if (!state_.access) throw Refusal{sw::conditions_not_satisfied};
  commit(passport_record::locked());
}

}  // namespace perso::vchip
