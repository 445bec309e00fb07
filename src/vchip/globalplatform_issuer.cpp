// What the issuer security domain does in a channel: keys, instances, life cycle.
#include <algorithm>

#include "crypto/primitives.hpp"
#include "vchip/card_manager.hpp"
#include "vchip/globalplatform_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t load_file_aid[] = {0xF0, 0x50, 0x45, 0x52, 0x53, 0x4F, 0x01};
constexpr std::uint8_t module_aid[] = {0xF0, 0x50, 0x45, 0x52, 0x53, 0x4F, 0x01, 0x01};
constexpr std::uint8_t no_privileges[] = {0x00};
constexpr std::uint8_t no_parameters[] = {0xC9, 0x00};
constexpr std::size_t max_applications = 16;
constexpr std::size_t kcv_size = 3;
constexpr std::uint8_t max_key_version = 0x7F;

/// Reads fields with a length byte in front, as INSTALL and PUT KEY have them.
class LengthValues {
 public:
  explicit LengthValues(ByteView rest) : rest_(rest) {}
  std::uint8_t byte() { return take(1)[0]; }
  ByteView value() { return take(byte()); }
  /// A field that must have just this value.
  void expect(ByteView wanted) {
    if (!std::ranges::equal(value(), wanted)) throw Refusal{sw::wrong_data};
  }
  void expect_end() const {
    if (!rest_.empty()) throw Refusal{sw::wrong_data};
  }

 private:
  ByteView take(std::size_t size) {
    const ByteView taken = slice(rest_, 0, size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  ByteView rest_;
};

/// One key of PUT KEY (Amendment D 7.2): type, length of what follows, key length, key under the DEK, check
/// value.
Secret take_key(LengthValues& fields, const Secret& dek) {
  if (fields.byte() != aes_key_type) throw Refusal{sw::wrong_data};
  const ByteView block = fields.value();
  const std::size_t size = block.empty() ? 0 : block[0];
  const std::size_t padded_size = (size + 15) / 16 * 16;
  if ((size != 16 && size != 24 && size != 32) || block.size() != 1 + padded_size)
    throw Refusal{sw::wrong_data};
  Bytes plain = crypto::aes_cbc_decrypt(dek, Bytes(16), block.subspan(1));
  Secret key = Secret::copy_of(ByteView(plain).first(size));
  wipe(plain);
  const ByteView kcv = fields.value();
  if (kcv.size() != kcv_size || !equal_constant_time(kcv, scp03_key_check_value(key)))
    throw Refusal{sw::wrong_data};
  return key;
}

}  // namespace

Answer GlobalPlatformOs::put_key(const Command& command) {
  require_life(LifeCycle::personalizing);
  if (command.apdu.p2 != 0x81) throw Refusal{sw::wrong_p1p2};  // several keys, from identifier 1 on
  if (command.apdu.p1 != state_.keys.version) throw Refusal{sw::referenced_data_not_found};
  LengthValues fields(command.apdu.data);
  KeySet next;
  next.version = fields.byte();
  if (next.version == 0 || next.version > max_key_version) throw Refusal{sw::wrong_data};
  Bytes answer = {next.version};
  for (Secret& key : next.keys) {
    key = take_key(fields, state_.keys.dek());
    if (key.size() != next.enc().size()) throw Refusal{sw::wrong_data};
    append(answer, scp03_key_check_value(key));
  }
  fields.expect_end();
  commit(record::keys(next));
  return {answer};
}

Answer GlobalPlatformOs::install(const Command& command) {
  require_life(LifeCycle::personalizing);
  const std::uint8_t p1 = command.apdu.p1;
  if ((p1 != 0x0C && p1 != 0x20) || command.apdu.p2 != 0x00) throw Refusal{sw::wrong_p1p2};
  session_.stream.reset();
  session_.target.reset();
  LengthValues fields(command.apdu.data);
  if (p1 == 0x20) {
    fields.expect({});
    fields.expect({});
    const std::size_t index = state_.index_of(Aid(fields.value()));
    for (int empty = 0; empty < 3; ++empty) fields.expect({});  // privileges, parameters, token
    fields.expect_end();
    if (index == state_.applications.size()) throw Refusal{sw::referenced_data_not_found};
    session_.target = index;
    return {Bytes{0x00}};
  }
  const ByteView load_file = fields.value();
  const ByteView module = fields.value();
  const Aid aid(fields.value());
  fields.expect(no_privileges);
  fields.expect(no_parameters);
  fields.expect({});
  fields.expect_end();
  if (!std::ranges::equal(load_file, load_file_aid) || !std::ranges::equal(module, module_aid)) {
    throw Refusal{sw::referenced_data_not_found};
  }
  const bool exists =
      std::ranges::equal(aid.bytes(), card_manager_aid) || state_.index_of(aid) < state_.applications.size();
  if (exists) throw Refusal{sw::file_exists};
  if (state_.applications.size() == max_applications) throw Refusal{sw::not_enough_memory};
  require_room(1);
  commit(record::application(aid));
  return {Bytes{0x00}};  // no receipt
}

Answer GlobalPlatformOs::set_status(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0x80) throw Refusal{sw::wrong_p1p2};
  if (!apdu.data.empty() && !std::ranges::equal(apdu.data, card_manager_aid)) throw Refusal{sw::wrong_data};
  const auto next = static_cast<LifeCycle>(apdu.p2);
  if (next == LifeCycle::issued) {
    require_life(LifeCycle::personalizing);
  } else if (next != LifeCycle::terminated || state_.life == LifeCycle::blank) {
    throw Refusal{sw::conditions_not_satisfied};
  }
  commit(record::life(next));
  return {};
}

}  // namespace perso::vchip
