// The other side of a channel of secure messaging, as far as the terminal's tests need one.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "channel/padding.hpp"
#include "channel/session_cipher.hpp"
#include "iso7816/card.hpp"
#include "tlv/tlv.hpp"

namespace perso::test {

/// A cipher, with keys that repeat one byte.
struct Suite {
  const char* name;
  channel::Cipher cipher_name;
  std::unique_ptr<channel::SessionCipher> (*make)(Secret, Secret);
  std::size_t key_size;

  std::unique_ptr<channel::SessionCipher> cipher(std::uint8_t byte = 0x42) const {
    return make(Secret(Bytes(key_size, byte)),
                Secret(Bytes(key_size, static_cast<std::uint8_t>(byte + 0x10))));
  }
};
inline const Suite suites[] = {{"3DES", channel::Cipher::triple_des, channel::triple_des, 16},
                               {"AES-128", channel::Cipher::aes_128, channel::aes, 16},
                               {"AES-192", channel::Cipher::aes_192, channel::aes, 24},
                               {"AES-256", channel::Cipher::aes_256, channel::aes, 32}};

/// Believes every command, and answers each as it is told to.
class ProtectedChip final : public iso7816::Card {
 public:
  explicit ProtectedChip(std::unique_ptr<channel::SessionCipher> cipher) { begin(std::move(cipher)); }

  /// A channel of its own, its counter zero.
  void begin(std::unique_ptr<channel::SessionCipher> cipher) {
    cipher_ = std::move(cipher);
    counter_.assign(cipher_->block_size(), 0x00);
  }
  /// Steps of the counter, which stays below 256 here.
  void skip(std::uint8_t steps = 1) { counter_.back() = static_cast<std::uint8_t>(counter_.back() + steps); }

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    skip();
    const tlv::Tag tag{(command.ins & 1) != 0 ? 0x85u : 0x87u};
    heard.push_back(plain(command, tag));
    const iso7816::ResponseApdu said = says(heard.back());
    skip();
    last_answer = protect(said, tag);
    if (change) change(last_answer);
    if (next_) begin(std::move(next_));
    return last_answer;
  }
  /// The channel that begins behind the answer that is being given.
  void go_on_with(std::unique_ptr<channel::SessionCipher> cipher) { next_ = std::move(cipher); }

  std::function<iso7816::ResponseApdu(const iso7816::CommandApdu&)> says = [](const iso7816::CommandApdu&) {
    return iso7816::ResponseApdu{{}, iso7816::sw::success};
  };
  std::function<void(iso7816::ResponseApdu&)> change;
  std::vector<iso7816::CommandApdu> heard;  // plain, but for the class
  iso7816::ResponseApdu last_answer;

 private:
  iso7816::CommandApdu plain(const iso7816::CommandApdu& command, tlv::Tag tag) {
    iso7816::CommandApdu out{command.cla, command.ins, command.p1, command.p2, {}, 0};
    if (const auto data = tlv::find(command.data, tag)) {
      const Bytes padded = cipher_->decrypt(counter_, data->value.subspan(tag.value == 0x87 ? 1 : 0));
      const ByteView view = *channel::unpadded(padded);
      out.data.assign(view.begin(), view.end());
    }
    if (const auto length = tlv::find(command.data, tlv::Tag{0x97})) {
      for (const std::uint8_t byte : length->value) out.ne = out.ne << 8 | byte;
      if (out.ne == 0) out.ne = length->value.size() == 1 ? iso7816::max_ne_short : iso7816::max_ne_extended;
    }
    return out;
  }

  iso7816::ResponseApdu protect(const iso7816::ResponseApdu& said, tlv::Tag tag) {
    const std::size_t block = cipher_->block_size();
    Bytes objects;
    if (!said.data.empty()) {
      Bytes value = cipher_->encrypt(counter_, channel::padded(said.data, block));
      if (tag.value == 0x87) value.insert(value.begin(), 0x01);
      tlv::append(objects, tag, value);
    }
    Bytes status;
    append_be16(status, said.status.value);
    tlv::append(objects, tlv::Tag{0x99}, status);
    const Bytes mac = cipher_->mac(channel::padded(concat({counter_, objects}), block));
    tlv::append(objects, tlv::Tag{0x8E}, mac);
    return {objects, said.status};
  }

  std::unique_ptr<channel::SessionCipher> cipher_, next_;
  Bytes counter_;
};

}  // namespace perso::test
