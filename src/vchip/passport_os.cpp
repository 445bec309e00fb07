#include "vchip/passport_os.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "vchip/card_manager.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::array<std::uint8_t, 7> passport_aid = {0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01};
constexpr std::uint8_t secure_messaging_class = 0x0C;
constexpr std::uint8_t select_ins = 0xA4, get_challenge_ins = 0x84, external_authenticate_ins = 0x82;
constexpr std::uint8_t select_by_fid = 0x00, select_ef = 0x02, select_by_name = 0x04;
constexpr std::uint16_t max_command_data = 255;

/// Commands that begin something new: they come in the clear.
bool begins_anew(const CommandApdu& apdu) {
  return (apdu.ins == select_ins && apdu.p1 != select_ef) || apdu.ins == get_challenge_ins ||
         apdu.ins == external_authenticate_ins;
}

}  // namespace

PassportOs::PassportOs(Nvm& nvm, Random& random)
    : nvm_(nvm), random_(random), state_(PassportState::load(nvm)) {
  compact_if_long(nvm, state_);
}

std::span<const PassportOs::Instruction> PassportOs::instructions() {
  static constexpr Instruction table[] = {
      {0x00, select_ins, Where::both, Phase::both, &PassportOs::select},
      {0x80, 0xCA, Where::manager, Phase::both, &PassportOs::get_data},
      {0x00, 0xE0, Where::passport, Phase::open, &PassportOs::create_file},
      {0x00, 0xD6, Where::passport, Phase::open, &PassportOs::update_binary},
      {0x00, 0xDA, Where::passport, Phase::open, &PassportOs::put_data},
      {0x00, get_challenge_ins, Where::passport, Phase::closed, &PassportOs::get_challenge},
      {0x00, external_authenticate_ins, Where::passport, Phase::closed, &PassportOs::external_authenticate},
      {0x00, 0xB0, Where::both, Phase::both, &PassportOs::read_binary},
      {0x00, 0x88, Where::passport, Phase::closed, &PassportOs::internal_authenticate},
      {0x00, 0x22, Where::passport, Phase::closed, &PassportOs::authenticate_chip},
  };
  return table;
}

Answer PassportOs::perform(Command& command) {
  pass_channel(command);
  if (command.way == Way::bare) return execute(command);
  Answer answer = judged([&] { return execute(command); });
  answer.data = session_.channel->wrap(answer);
  effort_.protected_bytes = command.raw.size() + answer.data.size();
  if (session_.next) session_.channel = std::exchange(session_.next, std::nullopt);
  return answer;
}

void PassportOs::pass_channel(Command& command) {
  // Taken out while it is worked with: whatever is wrong with the command ends the channel.
  std::optional<SecureMessagingCard> channel = std::exchange(session_.channel, std::nullopt);
  if (command.apdu.cla != secure_messaging_class) return;
  if (!channel) {
    const bool could_be = session_.passport && in_phase(Phase::closed);
    throw Refusal{could_be ? sw::security_status : sw::cla_not_supported};
  }
  command.apdu = channel->unwrap(command.apdu);
  command.way = Way::access_channel;
  session_.channel = std::move(channel);
}

Answer PassportOs::execute(const Command& command) {
  const Instruction& instruction = instruction_for(command);
  if (command.way == Way::access_channel && begins_anew(command.apdu))
    throw Refusal{sw::conditions_not_satisfied};
  return (this->*instruction.perform)(command);
}

const PassportOs::Instruction& PassportOs::instruction_for(const Command& command) const {
  const Where here = session_.passport ? Where::passport : Where::manager;
  StatusWord unknown = sw::ins_not_supported;
  for (const Instruction& instruction : instructions()) {
    if (instruction.ins != command.apdu.ins) continue;
    if (instruction.where != Where::both && instruction.where != here) break;
    if (!in_phase(instruction.phase)) {
      if (instruction.phase == Phase::open) unknown = answers().locked;
      break;
    }
    if (instruction.cla != command.apdu.cla) throw Refusal{sw::cla_not_supported};
    return instruction;
  }
  const bool known_class = command.apdu.cla == 0x00 || command.apdu.cla == 0x80;
  throw Refusal{known_class ? unknown : sw::cla_not_supported};
}

bool PassportOs::in_phase(Phase phase) const {
  switch (phase) {
    case Phase::open:
      return !state_.locked;
    case Phase::closed:
      return state_.locked || (answers().opens_early && state_.access);
    case Phase::both:
      return true;
  }
  std::abort();
}

void PassportOs::commit(const Bytes& record) {
  nvm_.append(record);
  state_.apply(record);
  ++effort_.pages;
}

Answer PassportOs::select(const Command& command) {
  switch (command.apdu.p1) {
    case select_by_fid:
      return select_master_file(command);
    case select_ef:
      return select_file(command);
    case select_by_name:
      return select_application(command);
    default:
      throw Refusal{sw::wrong_p1p2};
  }
}

/// Readers begin here to look for EF.CardAccess, which the card's manager has not: there is no channel but
/// basic access control.
Answer PassportOs::select_master_file(const Command& command) {
  const bool fci_wanted = wants_fci(command.apdu);
  const ByteView data = command.apdu.data;
  if (!names_master_file(data)) throw Refusal{sw::file_not_found};
  session_ = {};
  return {fci_wanted ? card_manager_fci(max_command_data, std::nullopt) : Bytes{}};
}

Answer PassportOs::select_application(const Command& command) {
  const bool fci_wanted = wants_fci(command.apdu);
  const ByteView data = command.apdu.data;
  const bool manager = names_card_manager(data);
  if (!manager && !std::ranges::equal(Aid(data).bytes(), passport_aid)) throw Refusal{sw::file_not_found};
  session_ = {};
  session_.passport = !manager;
  if (!fci_wanted) return {};
  return {manager ? card_manager_fci(max_command_data, std::nullopt) : application_fci(passport_aid)};
}

Answer PassportOs::select_file(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p2 != 0x0C) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.size() != 2) throw Refusal{sw::wrong_length};
  if (!session_.passport) throw Refusal{sw::file_not_found};
  if (state_.locked) require_channel();
  const Fid fid{be16(apdu.data)};
  if (!state_.files.contains(fid)) throw Refusal{sw::file_not_found};
  session_.file = fid;
  return {};
}

Answer PassportOs::get_data(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (!apdu.data.empty()) throw Refusal{sw::wrong_length};
  if ((apdu.p1 << 8 | apdu.p2) != production_data_tag) throw Refusal{sw::referenced_data_not_found};
  return {production_data(state_.hardware)};
}

}  // namespace perso::vchip
