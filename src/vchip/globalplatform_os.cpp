#include "vchip/globalplatform_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t secure_messaging = 0x04;  // in the class byte
constexpr std::uint8_t select_ins = 0xA4;
constexpr std::uint8_t select_by_name = 0x04;
constexpr std::uint8_t get_data_ins = 0xCA;
constexpr std::uint8_t initialize_update_ins = 0x50;
constexpr std::uint8_t external_authenticate_ins = 0x82;
constexpr std::uint8_t full_level = 0x33;

constexpr std::size_t max_answer = 65535;  // bytes with the status word: what vpcd carries
constexpr std::size_t max_padding = 16;

/// Commands that begin something new: they come in the clear and end an open channel.
bool begins_anew(const CommandApdu& apdu) {
  return (apdu.cla == 0x00 && apdu.ins == select_ins && apdu.p1 == select_by_name) ||
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
  static constexpr Instruction table[] = {
      {0x00, select_ins, Where::both, false, &GlobalPlatformOs::select},
      {0x80, get_data_ins, Where::issuer, false, &GlobalPlatformOs::get_data},
      {0x80, initialize_update_ins, Where::both, false, &GlobalPlatformOs::initialize_update},
      {0x84, external_authenticate_ins, Where::both, false, &GlobalPlatformOs::external_authenticate},
      {0x80, 0xD8, Where::issuer, true, &GlobalPlatformOs::put_key},
      {0x80, 0xE6, Where::issuer, true, &GlobalPlatformOs::install},
      {0x80, 0xF0, Where::issuer, true, &GlobalPlatformOs::set_status},
      {0x80, 0xE2, Where::both, true, &GlobalPlatformOs::store_data},
      {0x80, 0x46, Where::application, true, &GlobalPlatformOs::generate_key_pair},
      {0x00, 0x88, Where::application, false, &GlobalPlatformOs::internal_authenticate},
      {0x00, 0xB0, Where::both, false, &GlobalPlatformOs::read_binary},
      {0x00, 0xB1, Where::both, false, &GlobalPlatformOs::read_binary_odd},
  };
  return table;
}

Answer GlobalPlatformOs::perform(Command& command) {
  Answer answer = execute(command);
  if (command.secured) {
    if (is_protected(answer.status)) answer.data = session_.channel->wrap(answer.data, answer.status);
    effort_.protected_bytes = command.raw.size() + answer.data.size();
  }
  if (state_.life == LifeCycle::terminated) end_channel();
  return answer;
}

Answer GlobalPlatformOs::execute(Command& command) {
  if (command.apdu.data.size() > state_.hardware.max_command_data) throw Refusal{sw::wrong_length};
  refuse_if_terminated(command);
  pass_channel(command);
  const Instruction& instruction = instruction_for(command);
  const bool full = channel_open() && session_.channel->level() == full_level;
  if (instruction.writes && !full) throw Refusal{sw::security_status};
  return (this->*instruction.perform)(command);
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
  if (begins_anew(apdu)) return end_channel();
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
    end_channel();
    throw Refusal{sw::security_status};
  }
  apdu.data = std::move(*plain);
  apdu.cla = static_cast<std::uint8_t>(apdu.cla & ~secure_messaging);
  command.secured = true;
  if (begins_anew(apdu)) throw Refusal{sw::conditions_not_satisfied};
}

const GlobalPlatformOs::Instruction& GlobalPlatformOs::instruction_for(const Command& command) const {
  const auto here = session_.application ? Where::application : Where::issuer;
  for (const Instruction& instruction : instructions()) {
    if (instruction.ins != command.apdu.ins) continue;
    if (instruction.where != Where::both && instruction.where != here) break;
    if (instruction.cla != command.apdu.cla) throw Refusal{sw::cla_not_supported};
    return instruction;
  }
  // Classes that nothing here has (logical channels, chaining, ISO secure messaging) are told apart from
  // instructions.
  const std::uint8_t cla = command.apdu.cla;
  const bool known_class = cla == 0x00 || cla == 0x80 || cla == 0x84;
  throw Refusal{known_class ? sw::ins_not_supported : sw::cla_not_supported};
}

void GlobalPlatformOs::end_channel() {
  session_.channel.reset();
  session_.target.reset();
  session_.stream.reset();
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
  return command.secured ? field - max_padding - session_.channel->mac_size() : field;
}

}  // namespace perso::vchip
