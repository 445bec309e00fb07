#include "channel/chip_authentication.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "channel/key_agreement.hpp"
#include "crypto/asn1.hpp"
#include "tlv/tlv.hpp"

namespace perso::channel {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

constexpr tlv::Tag dynamic_data{0x7C};
constexpr std::uint8_t chained = 0x10;  // bit 5 of CLA, ISO/IEC 7816-4 5.3.3
// What a short command has room for, protected with either cipher.
constexpr std::size_t max_link = 223;

[[noreturn]] void refused(const std::string& command, StatusWord status) {
  throw Error(Code::command_refused, "the chip refuses " + command + " of chip authentication: set it aside",
              status.value);
}

/// The chip's public key, and the group that it is of.
struct ChipKey {
  std::unique_ptr<AgreementGroup> group;
  Bytes element;
};

ChipKey chip_key(const crypto::EcPublicKey& key) {
  return {curve_group(key.curve()), key.point()};
}

ChipKey chip_key(const crypto::DhPublicKey& key) {
  return {field_group(key.group), key.y};
}

/// In one command, of extended length where it needs that. A chip that says it is too long (6700) gets it
/// once more as a chain of short ones.
ResponseApdu transmit(iso7816::Card& card, const CommandApdu& command) {
  ResponseApdu answer = card.transmit(command);
  if (answer.status != iso7816::sw::wrong_length || command.data.size() <= max_link) return answer;
  const ByteView data = command.data;
  for (std::size_t at = 0; at < data.size(); at += max_link) {
    const ByteView part = data.subspan(at, std::min(max_link, data.size() - at));
    const bool last = at + part.size() == data.size();
    answer =
        card.transmit({last ? command.cla : static_cast<std::uint8_t>(command.cla | chained), command.ins,
                       command.p1, command.p2, Bytes(part.begin(), part.end()), last ? command.ne : 0});
    if (!answer.status.ok()) return answer;
  }
  return answer;
}

void send(iso7816::Card& card, const CommandApdu& command, const std::string& name) {
  const ResponseApdu answer = transmit(card, command);
  if (!answer.status.ok()) refused(name, answer.status);
}

/// Names the key of the chip where it has an id, DO 84.
Bytes with_key_id(Bytes objects, const std::optional<Bytes>& id) {
  if (id) tlv::append(objects, tlv::Tag{0x84}, *id);
  return objects;
}

/// 6.2.4.1: the key goes over in MSE:Set KAT, which every chip with 3DES takes.
void send_in_mse(iso7816::Card& card, ByteView key, const std::optional<Bytes>& id) {
  send(card, {0x00, 0x22, 0x41, 0xA6, with_key_id(tlv::encode(tlv::Tag{0x91}, key), id), 0}, "MSE:Set KAT");
}

/// 6.2.4.2: MSE:Set AT says the protocol, GENERAL AUTHENTICATE carries the key. What the chip answers with it
/// is of no consequence: its proof is the new channel.
void send_in_general_authenticate(iso7816::Card& card, const ChipAuthenticationProtocol& protocol,
                                  ByteView key, const std::optional<Bytes>& id) {
  const Bytes oid = crypto::asn1::oid(oid_of(protocol));
  const Bytes said = tlv::encode(tlv::Tag{0x80}, tlv::single(oid).value);
  send(card, {0x00, 0x22, 0x41, 0xA4, with_key_id(said, id), 0}, "MSE:Set AT");
  const Bytes data = tlv::encode(dynamic_data, tlv::encode(tlv::Tag{0x80}, key));
  send(card, {0x00, 0x86, 0x00, 0x00, data, iso7816::max_ne_short}, "GENERAL AUTHENTICATE");
}

/// @param way over which the key goes: the card, or the channel that is open
std::unique_ptr<SessionCipher> agree(iso7816::Card& way, const ChipAuthenticationProtocol& protocol,
                                     const ChipAuthenticationKey& key, Random& random) {
  const auto* const dh = std::get_if<crypto::DhPublicKey>(&key.key);
  if (dh != nullptr && !dh->is_sound(random))
    throw Error(Code::malformed, "the chip's Diffie-Hellman key is not one of a sound group");
  const ChipKey chip = std::visit([](const auto& of_kind) { return chip_key(of_kind); }, key.key);
  const AgreementGroup& group = *chip.group;
  const EphemeralKey own = group.key(group.generator(), group.random_exponent(random), random);
  if (protocol.cipher == Cipher::triple_des)
    send_in_mse(way, own.element, key.id);
  else
    send_in_general_authenticate(way, protocol, own.element, key.id);
  const Secret shared = group.shared_secret(chip.element, own.secret, random);
  return session_cipher(protocol.cipher, shared);
}

}  // namespace

std::unique_ptr<SecureMessaging> authenticate_chip(iso7816::Card& card, SecureMessaging& open,
                                                   const ChipAuthenticationProtocol& protocol,
                                                   const ChipAuthenticationKey& key, Random& random) {
  auto cipher = agree(open, protocol, key, random);
  open.close();
  return std::make_unique<SecureMessaging>(card, std::move(cipher));
}

std::unique_ptr<SecureMessaging> authenticate_chip(iso7816::Card& card,
                                                   const ChipAuthenticationProtocol& protocol,
                                                   const ChipAuthenticationKey& key, Random& random) {
  return std::make_unique<SecureMessaging>(card, agree(card, protocol, key, random));
}

}  // namespace perso::channel
