// A virtual chip as a card, with a count of what went over to it; and the chip's end of a channel over a
// script.
#pragma once

#include "crypto/primitives.hpp"
#include "support/chip_keys.hpp"
#include "support/scripted_card.hpp"
#include "support/traffic_floor.hpp"
#include "vchip/chip.hpp"
#include "vchip/scp03_card.hpp"

namespace perso::test {

/// Keys 10.., 20.., 30.. of `size` bytes, shifted by the version so that two versions differ in every byte.
inline std::array<Bytes, 3> sample_keys(std::uint8_t version, std::size_t size) {
  std::array<Bytes, 3> keys;
  for (std::size_t role = 0; role < keys.size(); ++role)
    for (std::size_t i = 0; i < size; ++i)
      keys[role].push_back(static_cast<std::uint8_t>(0x10 * (role + 1) + i + version));
  return keys;
}

inline ClearChipKeys station_keys(std::uint8_t version, std::size_t size = 16) {
  const auto keys = sample_keys(version, size);
  return {version, keys[0], keys[1], keys[2]};
}

inline vchip::KeySet chip_side_keys(std::uint8_t version, std::size_t size = 16) {
  vchip::KeySet set;
  set.version = version;
  const auto keys = sample_keys(version, size);
  for (std::size_t role = 0; role < keys.size(); ++role) set.keys[role] = Secret::copy_of(keys[role]);
  return set;
}

class VirtualCard final : public iso7816::Card {
 public:
  explicit VirtualCard(const vchip::ChipConfig& config)
      : random_(crypto::system_random()), chip_(born(config), *random_) {
    chip_.power_on();
  }
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    const Bytes sent = command.encode();
    ++traffic.commands;
    traffic.bytes += sent.size();
    longest = std::max(longest, command.data.size());
    return iso7816::ResponseApdu::parse(chip_.process(sent));
  }
  vchip::Chip& chip() { return chip_; }

  Traffic traffic;
  std::size_t longest = 0;  // command data field

 private:
  static vchip::Nvm born(const vchip::ChipConfig& config) {
    vchip::Nvm nvm;
    vchip::Chip::make(config, nvm);
    return nvm;
  }
  std::unique_ptr<Random> random_;
  vchip::Chip chip_;
};

/// Answers the opening of a channel by itself and holds every other command, without its protection, against
/// the script. What came protected is answered so.
class ChannelEnd final : public iso7816::Card {
 public:
  ChannelEnd(ScriptedCard& script, vchip::KeySet keys) : script_(script), keys_(std::move(keys)) {}

  std::size_t opened = 0;  // channels

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    if (command.ins == 0x50) return initialize_update(command);
    if (command.ins == 0x82) {
      REQUIRE(channel_->authenticate(command.encode(), command.p1));
      return {{}, iso7816::sw::success};
    }
    if ((command.cla & 0x04) == 0) return script_.transmit(command);
    REQUIRE(command.data.size() >= channel_->mac_size());
    const Bytes raw = command.encode();
    const std::size_t head = command.extended() ? 7 : 5;
    const std::size_t size = command.data.size() - channel_->mac_size();
    const auto plain = channel_->unwrap(ByteView(raw).first(head + size), ByteView(command.data).first(size),
                                        ByteView(command.data).subspan(size));
    REQUIRE(plain.has_value());
    const auto answer = script_.transmit({static_cast<std::uint8_t>(command.cla & ~0x04), command.ins,
                                          command.p1, command.p2, *plain, command.ne});
    if (!answer.status.ok()) return answer;
    return {channel_->wrap(answer.data, answer.status), answer.status};
  }

 private:
  iso7816::ResponseApdu initialize_update(const iso7816::CommandApdu& command) {
    CHECK(command.p1 == keys_.version);
    const Bytes challenge(command.data.size(), 0xC4);
    ++opened;
    channel_.emplace(keys_, 0x70, command.data, challenge);
    const Bytes head = concat({Bytes(10, 0x00), Bytes{keys_.version, 0x03, 0x70}});
    return {concat({head, challenge, channel_->card_cryptogram(), Bytes{0x00, 0x00, 0x01}}),
            iso7816::sw::success};
  }

  ScriptedCard& script_;
  vchip::KeySet keys_;
  std::optional<vchip::Scp03Card> channel_;
};

}  // namespace perso::test
