// Basic access control, reading, active authentication, chip authentication.
#include <utility>

#include "tlv/tlv.hpp"
#include "vchip/active_authentication.hpp"
#include "vchip/drawn.hpp"
#include "vchip/passport_os.hpp"
#include "vchip/reading.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

void require_zero_parameters(const CommandApdu& apdu) {
  if (apdu.p1 != 0 || apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
}

/// The short identifiers of ICAO 9303-10 3.9.2 are the second bytes of the file identifiers.
std::optional<Fid> fid_of(std::uint8_t short_fid) {
  const bool data_group = short_fid >= 0x01 && short_fid <= 0x10;
  const bool sod_or_com = short_fid == 0x1D || short_fid == 0x1E;
  if (!data_group && !sod_or_com) return std::nullopt;
  return Fid{static_cast<std::uint16_t>(0x0100 | short_fid)};
}

}  // namespace

void PassportOs::require_channel() const {
  if (session_.passport && !session_.channel) throw Refusal{sw::security_status};
}

Answer PassportOs::get_challenge(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  require_zero_parameters(apdu);
  if (!apdu.data.empty() || apdu.ne != bac_nonce_size) throw Refusal{sw::wrong_length};
  effort_.delays = state_.access_failed ? 1 : 0;
  session_.challenge = drawn(random_, bac_nonce_size);
  return {*session_.challenge};
}

Answer PassportOs::external_authenticate(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  require_zero_parameters(apdu);
  if (apdu.data.size() != bac_token_size) throw Refusal{sw::wrong_length};
  const std::optional<Bytes> challenge = std::exchange(session_.challenge, std::nullopt);
  if (!challenge) throw Refusal{sw::conditions_not_satisfied};
  effort_.protected_bytes = 2 * bac_token_size;
  std::optional<BacSuccess> success =
      bac_authenticate(*state_.access, *challenge, apdu.data, Secret(drawn(random_, bac_key_size)));
  if (!success) {
    if (!state_.access_failed) commit(passport_record::bac_failed());
    throw Refusal{answers().wrong_token};
  }
  if (state_.access_failed) commit(passport_record::bac_succeeded());
  session_.channel = std::move(success->channel);
  return {std::move(success->answer)};
}

Answer PassportOs::read_binary(const Command& command) {
  if (state_.locked || answers().opens_early) require_channel();
  const ReadPlace place = read_place(command.apdu);
  if (place.short_fid != 0) {
    const std::optional<Fid> fid = fid_of(place.short_fid);
    if (!session_.passport || !answers().short_ids || !fid || !state_.files.contains(*fid))
      throw Refusal{sw::file_not_found};
    session_.file = fid;
  }
  if (!session_.file) throw Refusal{sw::command_not_allowed};
  const std::size_t room = command.way == Way::access_channel ? answers().room : max_ne_short;
  return read_part(state_.files.at(*session_.file), place.offset,
                   read_size(command.apdu, max_ne_short, room));
}

Answer PassportOs::internal_authenticate(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  require_channel();
  require_zero_parameters(apdu);
  if (apdu.data.size() != aa_challenge_size) throw Refusal{sw::wrong_length};
  if (!state_.has_key_pair()) throw Refusal{sw::conditions_not_satisfied};
  effort_.rsa_operations = 1;
  return {aa_sign(state_.modulus, state_.exponent, drawn(random_, aa_recovered_size), apdu.data)};
}

/// Chip authentication with triple DES: MSE:Set KAT.
Answer PassportOs::authenticate_chip(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (!answers().chip_keys) throw Refusal{sw::ins_not_supported};
  require_channel();
  if (apdu.p1 != 0x41 || apdu.p2 != 0xA6) throw Refusal{sw::wrong_p1p2};
  if (!state_.chip_key) throw Refusal{sw::conditions_not_satisfied};
  tlv::Reader reader(apdu.data);
  const ByteView terminal_key = reader.expect(tlv::Tag{0x91}).value;
  reader.take(tlv::Tag{0x84});  // the key's identifier: there is one key
  reader.expect_end();
  effort_.key_agreements = 1;
  session_.next = vchip::authenticate_chip(*state_.chip_key, Cipher::triple_des, terminal_key, random_);
  return {};
}

}  // namespace perso::vchip
