// A card of files in memory behind access control: PACE, basic access control, chip authentication.
#pragma once

#include <functional>
#include <utility>

#include "channel/document_keys.hpp"
#include "inspect/fake_card.hpp"
#include "vchip/bac_card.hpp"
#include "vchip/card_os.hpp"
#include "vchip/pace_card.hpp"

namespace perso::test {

/// Guards the files of `files`: in the clear nothing answers but SELECT, EF.CardAccess and the protocols.
class GuardedCard final : public iso7816::Card {
 public:
  GuardedCard(FakeCard guarded, Random& random) : files(std::move(guarded)), random_(random) {}

  FakeCard files;
  std::optional<Secret> can, zone;                               // what stands for the passwords of PACE
  std::optional<vchip::SessionKeys> basic;                       // of basic access control
  std::optional<vchip::ChipKey> key, mapping_key;                // of chip authentication
  bool long_in_channel = true;                                   // takes extended length there
  std::function<void(std::size_t)> before = [](std::size_t) {};  // each command, by its number
  std::size_t commands = 0;

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    before(commands++);
    try {
      return (command.cla & 0x0C) != 0 ? protected_answer(command) : bare_answer(command);
    } catch (const vchip::Refusal& refusal) {
      return {{}, refusal.status};
    }
  }

  /// As after power-on.
  void reset() {
    files.reset();
    pace_.reset();
    channel_.reset();
    commands = 0;
  }
  /// As another card that was put into the reader.
  void forget_channel() { channel_.reset(); }

 private:
  iso7816::ResponseApdu protected_answer(const iso7816::CommandApdu& command) {
    if (!channel_) return {{}, iso7816::sw::secure_messaging_wrong};
    if (command.extended() && !long_in_channel) return {{}, iso7816::sw::wrong_length};
    auto channel = std::exchange(channel_, std::nullopt);
    iso7816::CommandApdu plain = channel->unwrap(command);
    plain.ne = std::min(plain.ne, channel->plain_capacity(command.ne));
    const iso7816::ResponseApdu answer = in_channel(plain);
    iso7816::ResponseApdu sent{channel->wrap({answer.data, answer.status}), answer.status};
    channel_ = next_ ? std::exchange(next_, std::nullopt) : std::move(channel);
    return sent;
  }

  iso7816::ResponseApdu in_channel(const iso7816::CommandApdu& command) {
    if (command.ins == 0x22 && command.p1 == 0x41) {
      if (!key) return {{}, iso7816::sw::referenced_data_not_found};
      return {{}, iso7816::sw::success};
    }
    if (command.ins != 0x86) return files.transmit(command);
    const ByteView point = tlv::single(tlv::single(command.data).value).value;
    next_ = vchip::authenticate_chip(*key, vchip::Cipher::aes_128, point, random_);
    return {from_hex("7C00"), iso7816::sw::success};
  }

  iso7816::ResponseApdu bare_answer(const iso7816::CommandApdu& command) {
    channel_.reset();
    switch (command.ins) {
      case 0x22:
        return set_pace(command.data);
      case 0x86:
        return go_on_with_pace(command);
      case 0x84:
        if (!basic) return {{}, iso7816::sw::ins_not_supported};
        challenge_ = Bytes(8, 0x42);
        return {challenge_, iso7816::sw::success};
      case 0x82:
        return open_basic(command.data);
      case 0xA4:
        return command.p1 == 0x02 ? closed() : files.transmit(command);
      case 0xB0:
        return command.p1 == 0x9C ? files.transmit(command) : closed();
      default:
        return closed();
    }
  }

  static iso7816::ResponseApdu closed() { return {{}, iso7816::sw::security_status}; }

  iso7816::ResponseApdu set_pace(ByteView data) {
    tlv::Reader reader(data);
    const ByteView oid = reader.expect(tlv::Tag{0x80}).value;
    const std::uint8_t password = reader.expect(tlv::Tag{0x83}).value[0];
    constexpr std::uint8_t only_ones = 12;
    const std::uint8_t parameters = reader.at_end() ? only_ones : reader.expect(tlv::Tag{0x84}).value[0];
    const auto& secret = password == 0x02 ? can : zone;
    if (!secret) return {{}, iso7816::sw::referenced_data_not_found};
    pace_ = std::make_unique<vchip::PaceCard>(oid, parameters, *secret, mapping_key ? &*mapping_key : nullptr,
                                              random_);
    return {{}, iso7816::sw::success};
  }

  iso7816::ResponseApdu go_on_with_pace(const iso7816::CommandApdu& command) {
    if (!pace_) return {{}, iso7816::sw::conditions_not_satisfied};
    auto pace = std::move(pace_);
    Bytes answer = pace->general_authenticate(command.data);
    if (pace->succeeded())
      channel_ = pace->channel();
    else
      pace_ = std::move(pace);
    return {std::move(answer), iso7816::sw::success};
  }

  iso7816::ResponseApdu open_basic(ByteView token) {
    Bytes key_ic(vchip::bac_key_size);
    random_.fill(key_ic);
    auto opened = vchip::bac_authenticate(*basic, challenge_, token, Secret(std::move(key_ic)));
    if (!opened) return {{}, iso7816::sw::authentication_failed};
    channel_ = std::move(opened->channel);
    return {std::move(opened->answer), iso7816::sw::success};
  }

  Random& random_;
  std::unique_ptr<vchip::PaceCard> pace_;
  std::optional<vchip::SecureMessagingCard> channel_, next_;
  Bytes challenge_;
};

}  // namespace perso::test
