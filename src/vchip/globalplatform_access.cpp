// How a closed chip is opened: PACE, basic access control, the channel that they leave, and chip
// authentication in it.
#include <algorithm>
#include <utility>

#include "tlv/tlv.hpp"
#include "vchip/bac_card.hpp"
#include "vchip/drawn.hpp"
#include "vchip/globalplatform_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr tlv::Tag protocol_tag{0x80}, password_tag{0x83}, reference_tag{0x84}, public_key_tag{0x91};
constexpr tlv::Tag dynamic_data_tag{0x7C};
constexpr std::uint8_t printed_password = 0x01, access_number_password = 0x02;

/// DO 84 of MSE, of one byte, which may be missing.
std::optional<std::uint8_t> take_reference(tlv::Reader& reader) {
  const auto element = reader.take(reference_tag);
  reader.expect_end();
  if (!element) return std::nullopt;
  if (element->value.size() != 1) throw Refusal{sw::referenced_data_not_found};
  return element->value[0];
}

/// The protocol that DO 80 and 84 name. @throws Refusal 6A80
const PaceOffer& offer_for(const AccessData& access, ByteView oid, std::optional<std::uint8_t> parameters) {
  const PaceOffer* found = nullptr;
  for (const PaceOffer& offer : access.pace) {
    if (!std::ranges::equal(offer.oid, oid) || offer.parameters != parameters.value_or(offer.parameters))
      continue;
    if (found != nullptr && found->parameters != offer.parameters) throw Refusal{sw::wrong_data};
    found = &offer;
  }
  if (found == nullptr) throw Refusal{sw::wrong_data};
  return *found;
}

/// @throws Refusal 6A88
const Secret& password_of(const AccessData& access, ByteView reference) {
  const bool printed = reference.size() == 1 && reference[0] == printed_password && access.printed;
  const bool number = reference.size() == 1 && reference[0] == access_number_password && access.access_number;
  if (!printed && !number) throw Refusal{sw::referenced_data_not_found};
  return printed ? *access.printed : *access.access_number;
}

/// Multiplications of points that led to an answer of PACE: two key pairs, two secrets, and with generic
/// mapping the sum that is the generator. With integrated mapping the chip answers without a key.
std::size_t agreements_behind(ByteView answer) {
  constexpr std::uint8_t mapping_object = 0x82, key_object = 0x84;
  const tlv::Element object = tlv::Reader(tlv::single(answer).value).next();
  if (object.tag == tlv::Tag{mapping_object}) return object.value.empty() ? 1 : 3;
  return object.tag == tlv::Tag{key_object} ? 2 : 0;
}

}  // namespace

Answer GlobalPlatformOs::perform_in_access_channel(Command& command) {
  constexpr std::uint8_t plain_proprietary = 0x80, issuer_messaging = 0x84, external_authenticate = 0x82;
  // Taken out while it is worked with: whatever is wrong with the command ends it, and what was begun in it.
  std::optional<SecureMessagingCard> channel = std::exchange(session_.access.channel, std::nullopt);
  try {
    command.apdu = channel->unwrap(command.apdu);
  } catch (const Refusal&) {
    end_channels();
    throw;
  }
  CommandApdu& apdu = command.apdu;
  if (apdu.cla == plain_proprietary && apdu.ins == external_authenticate) apdu.cla = issuer_messaging;
  command.way = Way::access_channel;
  session_.access.channel = std::move(channel);

  Answer answer = judged([&] { return execute(command); });
  answer.data = session_.access.channel->wrap(answer);
  effort_.protected_bytes = command.raw.size() + answer.data.size();
  if (session_.access.next) session_.access.channel = std::exchange(session_.access.next, std::nullopt);
  if (channel_open()) session_.access = {};
  return answer;
}

Answer GlobalPlatformOs::manage_security_environment(const Command& command) {
  if (!state_.closed()) throw Refusal{sw::conditions_not_satisfied};
  switch (command.apdu.p1 << 8 | command.apdu.p2) {
    case 0xC1A4:
      return start_pace(command);
    case 0x41A4:
      return set_chip_authentication(command);
    case 0x41A6:
      return set_key_agreement(command);
    default:
      throw Refusal{sw::wrong_p1p2};
  }
}

Answer GlobalPlatformOs::general_authenticate(const Command& command) {
  if (command.apdu.p1 != 0 || command.apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  return command.way == Way::access_channel ? agree(command) : continue_pace(command);
}

Answer GlobalPlatformOs::start_pace(const Command& command) {
  session_.access.pace.reset();
  if (command.way != Way::bare) throw Refusal{sw::conditions_not_satisfied};
  tlv::Reader reader(command.apdu.data);
  const ByteView oid = reader.expect(protocol_tag).value;
  const ByteView reference = reader.expect(password_tag).value;
  const PaceOffer& offer = offer_for(*state_.access, oid, take_reference(reader));
  const Secret& password = password_of(*state_.access, reference);
  std::optional<ChipKey> key;
  if (const auto place = state_.agreement_key()) key = chip_key(*place);
  session_.access.pace =
      std::make_unique<PaceCard>(offer.oid, offer.parameters, password, key ? &*key : nullptr, random_);
  return {};
}

Answer GlobalPlatformOs::continue_pace(const Command& command) {
  // Taken out while it is worked with: a refusal is its end.
  std::unique_ptr<PaceCard> pace = std::move(session_.access.pace);
  if (!pace) throw Refusal{sw::conditions_not_satisfied};
  if (pace->at_start()) effort_.delays = delays_of_access();
  Answer answer;
  try {
    answer.data = pace->general_authenticate(command.apdu.data);
  } catch (const Refusal& refusal) {
    if (refusal.status == sw::authentication_failed) access_failed();
    throw;
  }
  effort_.key_agreements = agreements_behind(answer.data);
  if (pace->succeeded()) {
    open_access_channel(pace->channel());
  } else {
    session_.access.pace = std::move(pace);
  }
  return answer;
}

void GlobalPlatformOs::access_failed() {
  if (!state_.access_failed) commit(record::access_failed());
}

void GlobalPlatformOs::open_access_channel(SecureMessagingCard channel) {
  if (state_.access_failed) commit(record::access_succeeded());
  session_.access.channel = std::move(channel);
}

/// @throws Refusal 6985 where it does not open the chip
const SessionKeys& GlobalPlatformOs::basic_access(const Command& command) const {
  const bool opens = state_.closed() && state_.access->basic && command.way == Way::bare;
  if (!opens) throw Refusal{sw::conditions_not_satisfied};
  if (command.apdu.p1 != 0 || command.apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  return *state_.access->basic;
}

Answer GlobalPlatformOs::get_challenge(const Command& command) {
  basic_access(command);
  if (!command.apdu.data.empty() || command.apdu.ne != bac_nonce_size) throw Refusal{sw::wrong_length};
  effort_.delays = delays_of_access();
  session_.access.challenge = drawn(random_, bac_nonce_size);
  return {*session_.access.challenge};
}

Answer GlobalPlatformOs::basic_authenticate(const Command& command) {
  const SessionKeys& keys = basic_access(command);
  if (command.apdu.data.size() != bac_token_size) throw Refusal{sw::wrong_length};
  const std::optional<Bytes> challenge = std::exchange(session_.access.challenge, std::nullopt);
  if (!challenge) throw Refusal{sw::conditions_not_satisfied};
  effort_.protected_bytes = 2 * bac_token_size;
  std::optional<BacSuccess> success =
      bac_authenticate(keys, *challenge, command.apdu.data, Secret(drawn(random_, bac_key_size)));
  if (!success) {
    access_failed();
    throw Refusal{sw::authentication_failed};
  }
  open_access_channel(std::move(success->channel));
  return {std::move(success->answer)};
}

/// The key of chip authentication. @throws Refusal 6985 where this is not the place for it
GlobalPlatformState::KeyPlace GlobalPlatformOs::agreement_key_for(const Command& command) const {
  const auto place = state_.agreement_key();
  if (command.way != Way::access_channel || !session_.application || !place)
    throw Refusal{sw::conditions_not_satisfied};
  return *place;
}

Answer GlobalPlatformOs::set_chip_authentication(const Command& command) {
  session_.access.chip_authentication.reset();
  const GlobalPlatformState::KeyPlace place = agreement_key_for(command);
  tlv::Reader reader(command.apdu.data);
  const std::optional<Cipher> cipher = chip_authentication_cipher(reader.expect(protocol_tag).value);
  if (take_reference(reader).value_or(place.id) != place.id) throw Refusal{sw::referenced_data_not_found};
  if (!cipher) throw Refusal{sw::wrong_data};
  session_.access.chip_authentication = cipher;
  return {};
}

Answer GlobalPlatformOs::agree(const Command& command) {
  const std::optional<Cipher> cipher = std::exchange(session_.access.chip_authentication, std::nullopt);
  if (!cipher) throw Refusal{sw::conditions_not_satisfied};
  const GlobalPlatformState::KeyPlace place = agreement_key_for(command);
  tlv::Reader reader(command.apdu.data);
  tlv::Reader inner(reader.expect(dynamic_data_tag).value);
  reader.expect_end();
  const ByteView terminal_key = inner.expect(tlv::Tag{0x80}).value;
  inner.expect_end();
  effort_.key_agreements = 1;
  session_.access.next = authenticate_chip(chip_key(place), *cipher, terminal_key, random_);
  return {tlv::encode(dynamic_data_tag, ByteView{})};
}

Answer GlobalPlatformOs::set_key_agreement(const Command& command) {
  const GlobalPlatformState::KeyPlace place = agreement_key_for(command);
  tlv::Reader reader(command.apdu.data);
  const ByteView terminal_key = reader.expect(public_key_tag).value;
  if (take_reference(reader).value_or(place.id) != place.id) throw Refusal{sw::referenced_data_not_found};
  effort_.key_agreements = 1;
  session_.access.next = authenticate_chip(chip_key(place), Cipher::triple_des, terminal_key, random_);
  return {};
}

}  // namespace perso::vchip
