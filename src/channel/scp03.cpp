#include "channel/scp03.hpp"

#include <algorithm>
#include <optional>

#include "bytes/error.hpp"
#include "channel/padding.hpp"
#include "channel/scp03_kdf.hpp"
#include "crypto/primitives.hpp"

namespace perso::channel {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr std::size_t block_size = 16;

// Bits of the security level beyond C-MAC, which every level has.
constexpr std::uint8_t c_decryption = 0x02;
constexpr std::uint8_t r_mac = 0x10;
constexpr std::uint8_t r_encryption = 0x20;

// Bits of "i", Amendment D table 5-1.
constexpr std::uint8_t i_r_mac = 0x20;
constexpr std::uint8_t i_r_encryption = 0x40;

constexpr std::uint8_t secure_messaging = 0x04;  // bit 3 of CLA, GlobalPlatform 11.1.4

[[noreturn]] void foreign(const std::string& what) {
  throw Error(Code::chip_foreign, what + ": take the chip out");
}

/// @param status where the chip said so; nullopt where its answer shows it
[[noreturn]] void wrong_keys(std::string what, std::optional<StatusWord> status = std::nullopt) {
  what += ": check which key set the chip was delivered with";
  throw status ? Error(Code::keys_do_not_open, what, status->value) : Error(Code::keys_do_not_open, what);
}

[[noreturn]] void refused(const std::string& command, StatusWord status) {
  throw Error(Code::command_refused, "the chip refuses " + command + ": set it aside", status.value);
}

[[noreturn]] void broken(const std::string& what) {
  throw Error(Code::channel_broken, what + ": set the chip aside");
}

/// Amendment D 6.2.5: an error status word comes alone, without R-MAC; success and warnings carry one.
bool carries_mac(StatusWord status) {
  return status.ok() || status.sw1() == 0x62 || status.sw1() == 0x63;
}

Prf prf_of(const keys::ChipKeys& keys, keys::Role role) {
  return [&keys, role](ByteView message) { return keys.cmac(role, message); };
}

}  // namespace

/// The session: what a command and its answer are protected with.
struct Scp03::State {
  iso7816::Card& card;
  SecurityLevel level;
  InitializeUpdate answer;
  Bytes context;                                 // host challenge || card challenge
  std::optional<crypto::AesKey> enc, mac, rmac;  // nothing once it is closed
  Bytes chaining = Bytes(block_size, 0x00);      // the last command's whole C-MAC
  std::uint64_t counter = 0;  // commands so far: the low half of the 16-byte encryption counter

  State(iso7816::Card& below, const keys::ChipKeys& keys, SecurityLevel wanted, InitializeUpdate answered,
        ByteView host_challenge);

  std::size_t mac_size() const { return static_cast<std::size_t>(answer.mode()); }
  bool has(std::uint8_t protection) const { return (static_cast<std::uint8_t>(level) & protection) != 0; }

  bool open() const { return mac.has_value(); }
  Bytes cryptogram(Derivation constant);
  CommandApdu with_mac(CommandApdu command);
  CommandApdu protect(const CommandApdu& plain);
  std::optional<ResponseApdu> unprotect(ResponseApdu answered);
  Bytes icv(std::uint8_t direction);
  void close();
};

Scp03::State::State(iso7816::Card& below, const keys::ChipKeys& keys, SecurityLevel wanted,
                    InitializeUpdate answered, ByteView host_challenge)
    : card(below),
      level(wanted),
      answer(std::move(answered)),
      context(concat({host_challenge, answer.card_challenge})) {
  const auto session_key = [&](keys::Role role, Derivation constant) {
    return crypto::AesKey(Secret(derive(prf_of(keys, role), constant, context, keys.key_size())));
  };
  enc = session_key(keys::Role::enc, Derivation::s_enc);
  mac = session_key(keys::Role::mac, Derivation::s_mac);
  rmac = session_key(keys::Role::mac, Derivation::s_rmac);
}

/// Amendment D 6.2.2.2 and 6.2.2.3: as long as a challenge.
Bytes Scp03::State::cryptogram(Derivation constant) {
  return derive([this](ByteView message) { return mac.value().cmac(message); }, constant, context,
                mac_size());
}

/// Appends the C-MAC, Amendment D 6.2.4: over the chaining value, the header and Lc as they are sent, and the
/// data. Le is left out.
CommandApdu Scp03::State::with_mac(CommandApdu command) {
  command.cla |= secure_messaging;
  const std::size_t nc = command.data.size() + mac_size();
  if (nc > 65535) throw Error(Code::malformed, "a command is too long for the secure channel");

  Bytes input;
  input.reserve(chaining.size() + 7 + command.data.size());
  append(input, chaining);
  input.insert(input.end(), {command.cla, command.ins, command.p1, command.p2});
  if (nc > 255 || command.ne > iso7816::max_ne_short) {
    input.push_back(0x00);
    append_be16(input, static_cast<std::uint16_t>(nc));
  } else {
    input.push_back(static_cast<std::uint8_t>(nc));
  }
  append(input, command.data);

  chaining = mac.value().cmac(input);
  append(command.data, ByteView(chaining).first(mac_size()));
  return command;
}

CommandApdu Scp03::State::protect(const CommandApdu& plain) {
  ++counter;  // for every command, also one without data: Amendment D 6.2.6
  CommandApdu command{plain.cla, plain.ins, plain.p1, plain.p2, {}, plain.ne};
  if (has(c_decryption) && !plain.data.empty()) {
    const Secret blocks(padded(plain.data, block_size));
    command.data = enc.value().cbc_encrypt(icv(0x00), blocks.expose());
  } else {
    command.data = plain.data;
  }
  return with_mac(std::move(command));
}

/// The encrypted counter, Amendment D 6.2.6 and 6.2.7. `direction` is 00 for a command, 80 for its answer.
Bytes Scp03::State::icv(std::uint8_t direction) {
  Bytes block(block_size - sizeof counter, 0x00);
  block.front() = direction;
  append_be64(block, counter);
  return enc.value().encrypt_block(block);
}

/// nullopt where the answer is not what the chip said to this command.
std::optional<ResponseApdu> Scp03::State::unprotect(ResponseApdu answered) {
  if (!has(r_mac)) return answered;
  if (!carries_mac(answered.status))
    return answered.data.empty() ? std::optional(std::move(answered)) : std::nullopt;
  if (answered.data.size() < mac_size()) return std::nullopt;

  const ByteView data = ByteView(answered.data).first(answered.data.size() - mac_size());
  const std::uint8_t status[] = {answered.status.sw1(), answered.status.sw2()};
  const Bytes expected = rmac.value().cmac(concat({chaining, data, status}));
  if (!equal_constant_time(ByteView(expected).first(mac_size()), ByteView(answered.data).last(mac_size())))
    return std::nullopt;

  if (!has(r_encryption) || data.empty())
    return ResponseApdu{Bytes(data.begin(), data.end()), answered.status};
  if (data.size() % block_size != 0) return std::nullopt;
  const Bytes decrypted = enc.value().cbc_decrypt(icv(0x80), data);
  const auto plain = unpadded(decrypted);
  if (!plain) return std::nullopt;
  return ResponseApdu{Bytes(plain->begin(), plain->end()), answered.status};
}

void Scp03::State::close() {
  enc.reset();
  mac.reset();
  rmac.reset();
}

InitializeUpdate InitializeUpdate::parse(ByteView data) {
  constexpr std::size_t head = 13;
  constexpr std::uint8_t scp03 = 0x03;
  if (data.size() < head || data[11] != scp03) foreign("the chip does not answer with SCP03");

  InitializeUpdate answer;
  answer.key_version = data[10];
  answer.i = data[12];
  const auto half = static_cast<std::size_t>(answer.mode());
  constexpr std::size_t counter_size = 3;  // absent with a random card challenge
  if (data.size() != head + 2 * half && data.size() != head + 2 * half + counter_size)
    foreign("the chip's answer to INITIALIZE UPDATE has a wrong length");

  const ByteView challenge = data.subspan(head, half);
  const ByteView cryptogram = data.subspan(head + half, half);
  answer.card_challenge.assign(challenge.begin(), challenge.end());
  answer.card_cryptogram.assign(cryptogram.begin(), cryptogram.end());
  return answer;
}

Scp03 Scp03::open(iso7816::Card& card, const keys::ChipKeys& keys, SecurityLevel level, Random& random,
                  Scp03Mode mode) {
  return open(card, card, keys, level, random, mode);
}

Scp03 Scp03::open(iso7816::Card& opening_way, iso7816::Card& card, const keys::ChipKeys& keys,
                  SecurityLevel level, Random& random, Scp03Mode mode) {
  Bytes host_challenge(static_cast<std::size_t>(mode));
  random.fill(host_challenge);
  const ResponseApdu update =
      opening_way.transmit({0x80, 0x50, keys.version(), 0x00, host_challenge, iso7816::max_ne_short});
  if (update.status == iso7816::sw::referenced_data_not_found)
    wrong_keys("the chip has no key set of this version", update.status);
  if (!update.status.ok()) refused("INITIALIZE UPDATE", update.status);

  auto state =
      std::make_unique<State>(card, keys, level, InitializeUpdate::parse(update.data), host_challenge);
  const InitializeUpdate& answer = state->answer;
  if (answer.mode() != mode)
    foreign(answer.mode() == Scp03Mode::s8 ? "the chip answers in S8 mode" : "the chip answers in S16 mode");
  if ((state->has(r_mac) && (answer.i & i_r_mac) == 0) ||
      (state->has(r_encryption) && (answer.i & i_r_encryption) == 0))
    foreign("the chip does not protect its answers as the security level asks");
  if (answer.key_version != keys.version()) wrong_keys("the chip answers with a key set of another version");
  if (!equal_constant_time(answer.card_cryptogram, state->cryptogram(Derivation::card_cryptogram)))
    wrong_keys("the chip's cryptogram was made with other keys");

  const ResponseApdu authenticated =
      opening_way.transmit(state->with_mac({0x80, 0x82, static_cast<std::uint8_t>(level), 0x00,
                                            state->cryptogram(Derivation::host_cryptogram), 0}));
  if (!authenticated.status.ok()) refused("EXTERNAL AUTHENTICATE", authenticated.status);
  return Scp03(std::move(state));
}

ResponseApdu Scp03::transmit(const CommandApdu& command) {
  if (!state_->open()) broken("the secure channel was closed by an answer that failed its check");
  auto answer = state_->unprotect(state_->card.transmit(state_->protect(command)));
  if (!answer) {
    state_->close();
    broken("an answer of the chip fails the check of the secure channel");
  }
  return *std::move(answer);
}

std::size_t Scp03::room(std::size_t field) const {
  if (field < state_->mac_size()) return 0;
  const std::size_t data = field - state_->mac_size();
  if (!state_->has(c_decryption)) return data;
  const std::size_t blocks = data / block_size;
  return blocks == 0 ? 0 : blocks * block_size - 1;  // padding takes at least a byte
}

Scp03::Scp03(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scp03::Scp03(Scp03&&) noexcept = default;
Scp03::~Scp03() = default;

}  // namespace perso::channel
