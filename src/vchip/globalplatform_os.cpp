#include "vchip/globalplatform_os.hpp"

#include <cstdlib>
#include <utility>

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t issuer_messaging = 0x04, access_messaging = 0x0C;  // in the class byte
constexpr std::uint8_t select_ins = 0xA4;
constexpr std::uint8_t select_by_fid = 0x00, select_by_name = 0x04;
constexpr std::uint8_t get_data_ins = 0xCA;
constexpr std::uint8_t initialize_update_ins = 0x50;
constexpr std::uint8_t external_authenticate_ins = 0x82;
constexpr std::uint8_t full_level = 0x33;

constexpr std::size_t max_answer = 65535;  // bytes with the status word: what vpcd carries
constexpr std::size_t max_padding = 16;

/// Commands that begin something new: they come in the clear and end an open channel.
bool begins_anew(const CommandApdu& apdu) {
  const bool of_place = apdu.p1 == select_by_name || apdu.p1 == select_by_fid;
  return (apdu.cla == 0x00 && apdu.ins == select_ins && of_place) ||
         (apdu.cla == 0x80 && apdu.ins == initialize_update_ins);
}

/// Whether an answer with this status word is protected (Amendment D 6.2.5: 9000 and warnings).
bool is_protected(StatusWord status) {
  return status.ok() || status.sw1() == 0x62 || status.sw1() == 0x63;
}

}  // namespace

GlobalPlatformOs::GlobalPlatformOs(Nvm& nvm, Random& random)
    : nvm_(nvm), random_(random), state_(GlobalPlatformState::load(nvm)) {
  compact_if_long(nvm, state_);
}

std::span<const GlobalPlatformOs::Instruction> GlobalPlatformOs::instructions() {
  using Os = GlobalPlatformOs;
  static constexpr Instruction table[] = {
      {0x00, select_ins, Where::both, Needs::nothing, &Os::select},
      {0x80, get_data_ins, Where::issuer, Needs::access, &Os::get_data},
      {0x80, initialize_update_ins, Where::both, Needs::access, &Os::initialize_update},
      {0x84, external_authenticate_ins, Where::both, Needs::access, &Os::external_authenticate},
      {0x80, 0xD8, Where::issuer, Needs::issuer, &Os::put_key},
      {0x80, 0xE6, Where::issuer, Needs::issuer, &Os::install},
      {0x80, 0xF0, Where::issuer, Needs::issuer, &Os::set_status},
      {0x80, 0xE2, Where::both, Needs::issuer, &Os::store_data},
      {0x80, 0x46, Where::application, Needs::issuer, &Os::generate_key_pair},
      {0x00, 0x88, Where::application, Needs::access, &Os::internal_authenticate},
      {0x00, 0xB0, Where::both, Needs::nothing, &Os::read_binary},
      {0x00, 0xB1, Where::both, Needs::nothing, &Os::read_binary_odd},
      {0x00, 0x22, Where::both, Needs::nothing, &Os::manage_security_environment},
      {0x00, 0x86, Where::both, Needs::nothing, &Os::general_authenticate},
      {0x10, 0x86, Where::both, Needs::nothing, &Os::general_authenticate},  // of PACE: more are to come
      {0x00, 0x84, Where::application, Needs::nothing, &Os::get_challenge},
      {0x00, external_authenticate_ins, Where::application, Needs::nothing, &Os::basic_authenticate},
  };
  return table;
}

bool GlobalPlatformOs::takes(const Command& command) const {
  return command.apdu.data.size() <= state_.hardware.max_command_data;
}

void GlobalPlatformOs::end_channels() {
  end_issuer_channel();
  session_.access = {};
}

Answer GlobalPlatformOs::perform(Command& command) {
  refuse_if_terminated(command);
  const bool for_access_channel = (command.apdu.cla & access_messaging) == access_messaging;
  if (session_.access.channel) {
    if (for_access_channel) return perform_in_access_channel(command);
    end_channels();
  }
  if (for_access_channel && state_.closed() && !channel_open()) throw Refusal{sw::security_status};
  return perform_bare(command);
}

Answer GlobalPlatformOs::perform_bare(Command& command) {
  pass_channel(command);
  Answer answer = judged([&] { return execute(command); });
  if (command.way == Way::issuer_channel) {
    if (is_protected(answer.status)) answer.data = session_.channel->wrap(answer.data, answer.status);
    effort_.protected_bytes = command.raw.size() + answer.data.size();
  }
  if (state_.life == LifeCycle::terminated) end_issuer_channel();
  return answer;
}

Answer GlobalPlatformOs::execute(const Command& command) {
  const Instruction& instruction = instruction_for(command);
  require(instruction.needs, command.way);
  return (this->*instruction.perform)(command);
}

void GlobalPlatformOs::require(Needs needs, Way way) const {
  const bool closed_to_it = state_.closed() && way == Way::bare;
  const bool full = way == Way::issuer_channel && session_.channel->level() == full_level;
  if ((needs == Needs::access && closed_to_it) || (needs == Needs::issuer && !full))
    throw Refusal{sw::security_status};
}

void GlobalPlatformOs::refuse_if_terminated(const Command& command) const {
  if (state_.life != LifeCycle::terminated) return;
  const CommandApdu& apdu = command.apdu;
  const bool selects = apdu.cla == 0x00 && apdu.ins == select_ins && apdu.p1 == select_by_name;
  const bool reads_cplc = apdu.cla == 0x80 && apdu.ins == get_data_ins && apdu.p1 == 0x9F && apdu.p2 == 0x7F;
  if (!selects && !reads_cplc) throw Refusal{sw::conditions_not_satisfied};
}

void GlobalPlatformOs::pass_channel(Command& command) {
  CommandApdu& apdu = command.apdu;
  if (begins_anew(apdu)) return end_issuer_channel();
  const bool wants_channel = apdu.cla == 0x04 || apdu.cla == 0x84;
  if (!channel_open()) {
    const bool opens = apdu.ins == external_authenticate_ins;
    if (wants_channel && !opens) throw Refusal{sw::security_status};
    return;
  }
  Scp03Card& channel = *session_.channel;
  std::optional<Bytes> plain;
  if (wants_channel && apdu.data.size() >= channel.mac_size()) {
    const ByteView data = ByteView(apdu.data).first(apdu.data.size() - channel.mac_size());
    const std::size_t head = command.extended ? 7 : 5;  // class to Lc
    plain =
        channel.unwrap(command.raw.first(head + data.size()), data, ByteView(apdu.data).subspan(data.size()));
  }
  if (!plain) {
    end_issuer_channel();
    throw Refusal{sw::security_status};
  }
  apdu.data = std::move(*plain);
  apdu.cla = static_cast<std::uint8_t>(apdu.cla & ~issuer_messaging);
  command.way = Way::issuer_channel;
  if (begins_anew(apdu)) throw Refusal{sw::conditions_not_satisfied};
}

const GlobalPlatformOs::Instruction& GlobalPlatformOs::instruction_for(const Command& command) const {
  const auto here = session_.application ? Where::application : Where::issuer;
  bool known = false;
  for (const Instruction& instruction : instructions()) {
    if (instruction.ins != command.apdu.ins) continue;
    if (instruction.where != Where::both && instruction.where != here) continue;
    if (instruction.cla == command.apdu.cla) return instruction;
    known = true;
  }
  if (known) throw Refusal{sw::cla_not_supported};
  // Classes that nothing here has (logical channels, chaining) are told apart from
  // instructions.
  const std::uint8_t cla = command.apdu.cla;
  const bool known_class = cla == 0x00 || cla == 0x80 || cla == 0x84;
  throw Refusal{known_class ? sw::ins_not_supported : sw::cla_not_supported};
}

void GlobalPlatformOs::end_issuer_channel() {
  session_.channel.reset();
  session_.target.reset();
  session_.stream.reset();
}

/// What was selected and begun before ends; the access channel goes on.
void GlobalPlatformOs::select_place(Place place) {
  std::optional<SecureMessagingCard> channel = std::move(session_.access.channel);
  session_ = {};
  session_.application = place;
  session_.access.channel = std::move(channel);
}

void GlobalPlatformOs::commit(const Bytes& record) {
  nvm_.append(record);
  state_.apply(record);
  ++effort_.pages;
}

void GlobalPlatformOs::require_life(LifeCycle life) const {
  if (state_.life != life) throw Refusal{sw::conditions_not_satisfied};
}

void GlobalPlatformOs::require_room(std::size_t pages) const {
  if (!state_.has_room(pages)) throw Refusal{sw::not_enough_memory};
}

std::size_t GlobalPlatformOs::answer_room(const Command& command) const {
  const std::size_t field = command.extended ? max_answer - 2 : max_ne_short;
  switch (command.way) {
    case Way::bare:
      return field;
    case Way::access_channel:
      return session_.access.channel->plain_capacity(field);
    case Way::issuer_channel:
      return field - max_padding - session_.channel->mac_size();
  }
  std::abort();
}

}  // namespace perso::vchip
