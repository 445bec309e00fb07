// Selection, identification and the opening of a channel.
#include <algorithm>

#include "tlv/tlv.hpp"
#include "vchip/card_manager.hpp"
#include "vchip/globalplatform_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t max_tries = 10;
constexpr std::uint8_t scp_identifier = 0x03;
constexpr StatusWord authentication_blocked{0x6983};

bool is_level(std::uint8_t level) {
  return level == 0x01 || level == 0x03 || level == 0x11 || level == 0x13 || level == 0x33;
}

Bytes key_information(const KeySet& keys) {
  Bytes template_value;
  std::uint8_t id = 0;
  for (const Secret& key : keys.keys) {
    const Bytes entry = {++id, keys.version, aes_key_type, static_cast<std::uint8_t>(key.size())};
    tlv::append(template_value, tlv::Tag{0xC0}, entry);
  }
  return tlv::encode(tlv::Tag{0xE0}, template_value);
}

}  // namespace

Answer GlobalPlatformOs::select(const Command& command) {
  switch (command.apdu.p1) {
    case 0x00:
      return select_master_file(command);
    case 0x02:
      return select_file(command);
    case 0x04:
      return select_application(command);
    default:
      throw Refusal{sw::wrong_p1p2};
  }
}

Answer GlobalPlatformOs::select_application(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  const bool fci_wanted = wants_fci(apdu);
  Place selected;
  Bytes fci;
  if (names_card_manager(apdu.data)) {
    fci = card_manager_fci(state_.hardware.max_command_data, state_.life);
  } else {
    // A terminated chip has its issuer security domain alone.
    if (state_.life == LifeCycle::terminated) throw Refusal{sw::conditions_not_satisfied};
    selected = state_.index_of(Aid(apdu.data));
    if (*selected == state_.applications.size()) throw Refusal{sw::file_not_found};
    fci = application_fci(apdu.data);
  }
  select_place(selected);
  return {fci_wanted ? fci : Bytes{}};
}

Answer GlobalPlatformOs::select_master_file(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  const bool fci_wanted = wants_fci(apdu);
  if (!names_master_file(apdu.data)) throw Refusal{sw::file_not_found};
  select_place(std::nullopt);
  return {fci_wanted ? card_manager_fci(state_.hardware.max_command_data, state_.life) : Bytes{}};
}

Answer GlobalPlatformOs::select_file(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p2 != 0x0C) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.size() != 2) throw Refusal{sw::wrong_length};
  const Fid fid{be16(apdu.data)};
  if (state_.at(session_.application).find(fid) == nullptr) throw Refusal{sw::file_not_found};
  session_.file = fid;
  return {};
}

Answer GlobalPlatformOs::get_data(const Command& command) {
  if (!command.apdu.data.empty()) throw Refusal{sw::wrong_length};
  switch (command.apdu.p1 << 8 | command.apdu.p2) {
    case production_data_tag:
      return {production_data(state_.hardware)};
    case 0x00E0:
      return {key_information(state_.keys)};
    case 0xDF70:
      if (!state_.mark || state_.life == LifeCycle::issued) throw Refusal{sw::referenced_data_not_found};
      return {tlv::encode(tlv::Tag{0xDF70}, *state_.mark)};
    default:
      throw Refusal{sw::referenced_data_not_found};
  }
}

Answer GlobalPlatformOs::initialize_update(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  const Hardware& hardware = state_.hardware;
  const std::size_t challenge_size = (hardware.i & 0x01) != 0 ? 16 : 8;
  if (apdu.p1 != 0 && apdu.p1 != state_.keys.version) throw Refusal{sw::referenced_data_not_found};
  if (apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.size() != challenge_size) throw Refusal{sw::wrong_length};
  // Of a closed chip anybody who opened it could use up the tries: they cost time there.
  if (!state_.closed() && state_.tries_used >= max_tries) throw Refusal{authentication_blocked};
  if (state_.closed() && state_.tries_used > 0) effort_.delays = 1;

  const ByteView asked = session_.application ? state_.applications[*session_.application].aid.bytes()
                                              : ByteView(card_manager_aid);
  const Bytes challenge =
      scp03_card_challenge(state_.keys.enc(), state_.sequence_counter, asked, challenge_size);
  session_.channel.emplace(state_.keys, hardware.i, apdu.data, challenge);
  effort_.channel_steps = 1;

  Bytes answer = hardware.chip_id();
  answer.erase(answer.begin(), answer.begin() + 2);  // key diversification data: its last 10 bytes
  append(answer, Bytes{state_.keys.version, scp_identifier, hardware.i});
  append(answer, challenge);
  append(answer, session_.channel->card_cryptogram());
  Bytes counter;
  append_be32(counter, state_.sequence_counter);
  append(answer, ByteView(counter).subspan(1));
  return {answer};
}

Answer GlobalPlatformOs::external_authenticate(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (!session_.channel) throw Refusal{sw::conditions_not_satisfied};
  if (!is_level(apdu.p1) || apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  const bool bare_extended = command.way == Way::bare && command.extended;
  if (bare_extended || apdu.data.size() != 2 * session_.channel->mac_size()) throw Refusal{sw::wrong_length};
  effort_.channel_steps = 1;
  // The try is spent before the answer is known: a loss of power does not give it back.
  if (!state_.closed() || state_.tries_used == 0) commit(record::try_used());
  const Bytes signed_form = CommandApdu{apdu.cla, apdu.ins, apdu.p1, apdu.p2, apdu.data, 0}.encode();
  if (!session_.channel->authenticate(signed_form, apdu.p1)) {
    end_issuer_channel();
    throw Refusal{sw::authentication_failed};
  }
  commit(record::channel_opened());
  return {};
}

}  // namespace perso::vchip
