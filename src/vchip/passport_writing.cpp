// What the passport application takes until it is locked.
#include <algorithm>
#include <array>
#include <optional>

#include "crypto/curve.hpp"
#include "tlv/tlv.hpp"
#include "vchip/access_data.hpp"
#include "vchip/active_authentication.hpp"
#include "vchip/passport_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::size_t max_file_size = 0x7FFF;

bool is_reserved(Fid fid) {
  constexpr std::uint16_t reserved[] = {0x0000, 0x3F00, 0x3FFF, 0xFFFF};  // ISO/IEC 7816-4 7.3.1
  return std::ranges::find(reserved, fid.value) != std::ranges::end(reserved);
}

/// The curve with these parameters, of those whose keys fit into one command.
std::optional<crypto::Curve> find_curve(ByteView p, ByteView a, ByteView b, ByteView generator,
                                        ByteView order) {
  constexpr const char* names[] = {"secp192r1",       "secp224r1",       "secp256r1",
                                   "brainpoolP192r1", "brainpoolP224r1", "brainpoolP256r1"};
  for (const char* name : names) {
    const crypto::Curve curve(name);
    const bool same = std::ranges::equal(curve.p(), p) && std::ranges::equal(curve.a(), a) &&
                      std::ranges::equal(curve.b(), b) && std::ranges::equal(curve.generator(), generator) &&
                      std::ranges::equal(curve.order(), order);
    if (same) return curve;
  }
  return std::nullopt;
}

bool is_zero(ByteView number) {
  return std::ranges::all_of(number, [](std::uint8_t byte) { return byte == 0; });
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
    case 0x0063:
      put_chip_key(apdu.data);
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
  const ByteView objects = tlv::single(data, tlv::Rules::ber).value;
  if (data[0] != 0x62) throw Refusal{sw::wrong_data};
  const PrintedFields fields = read_printed_fields(objects);
  commit(passport_record::access(bac_access_keys(fields.number, fields.birth, fields.expiry)));
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

void PassportOs::put_chip_key(ByteView data) {
  if (!answers().chip_keys) throw Refusal{sw::wrong_data};
  tlv::Reader outer(data);
  tlv::Reader inner(outer.expect(tlv::Tag{0x63}).value);
  outer.expect_end();
  std::array<ByteView, 7> numbers;  // p, a, b, generator, order, scalar, cofactor
  for (std::uint32_t tag = 0x81; ByteView & number : numbers) number = inner.expect(tlv::Tag{tag++}).value;
  inner.expect_end();
  const auto [p, a, b, generator, order, scalar, cofactor] = numbers;
  const auto curve = find_curve(p, a, b, generator, order);
  const bool one = !cofactor.empty() && cofactor.back() == 1 && is_zero(cofactor.first(cofactor.size() - 1));
  if (!curve || !one) throw Refusal{sw::wrong_data};
  const bool in_range = scalar.size() == order.size() && !is_zero(scalar) &&
                        std::ranges::lexicographical_compare(scalar, order);
  if (!in_range) throw Refusal{sw::wrong_data};
  if (!state_.has_room_for_chip_key()) throw Refusal{sw::not_enough_memory};
  commit(passport_record::chip_key({curve->name(), Secret::copy_of(scalar)}));
}

void PassportOs::lock(ByteView data) {
  if (!data.empty()) throw Refusal{sw::wrong_length};
  if (!state_.access) throw Refusal{sw::conditions_not_satisfied};
  commit(passport_record::locked());
}

}  // namespace perso::vchip
