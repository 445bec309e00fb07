#include "vchip/secure_messaging_card.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"
#include "tlv/tlv.hpp"
#include "vchip/block_cipher_card.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t padding_indicator = 0x01;  // of DO 87: padding method 2
constexpr std::uint8_t secure_messaging_bits = 0x0C;
constexpr tlv::Tag even_cryptogram_tag{0x87}, odd_cryptogram_tag{0x85}, le_tag{0x97}, status_tag{0x99},
    mac_tag{0x8E};
constexpr std::size_t status_object_size = 4, mac_object_size = 10;
constexpr std::size_t max_answer = 65535, status_size = 2;

/// The data objects of a protected command, in the order that 9.8.4 gives them.
struct Objects {
  std::optional<ByteView> cryptogram, le, mac;
  ByteView covered;  // all but the MAC, as they came
};

Objects take_apart(ByteView data, tlv::Tag cryptogram) {
  const auto value = [](const std::optional<tlv::Element>& element) {
    return element ? std::optional(element->value) : std::nullopt;
  };
  try {
    tlv::Reader reader(data, tlv::Rules::ber);
    Objects objects;
    objects.cryptogram = value(reader.take(cryptogram));
    objects.le = value(reader.take(le_tag));
    objects.covered = data.first(data.size() - reader.rest().size());
    objects.mac = value(reader.take(mac_tag));
    reader.expect_end();
    return objects;
  } catch (const Error&) {
    throw Refusal{sw::secure_messaging_wrong};
  }
}

/// The blocks of a cryptogram, without the indicator that DO 87 begins with.
ByteView blocks_of(ByteView cryptogram, bool odd_ins, std::size_t block) {
  if (!odd_ins) {
    if (cryptogram.empty() || cryptogram[0] != padding_indicator) throw Refusal{sw::secure_messaging_wrong};
    cryptogram = cryptogram.subspan(1);
  }
  if (cryptogram.empty() || cryptogram.size() % block != 0) throw Refusal{sw::secure_messaging_wrong};
  return cryptogram;
}

std::size_t expected_length(ByteView le) {
  if (le.size() == 1) return le[0] == 0 ? max_ne_short : le[0];
  if (le.size() != 2) throw Refusal{sw::secure_messaging_wrong};
  return be16(le) == 0 ? max_ne_extended : be16(le);
}

}  // namespace

SecureMessagingCard::SecureMessagingCard(SessionKeys keys, Bytes counter)
    : keys_(std::move(keys)), counter_(std::move(counter)) {}

SecureMessagingCard::SecureMessagingCard(SessionKeys keys) : keys_(std::move(keys)) {
  counter_.resize(block_size(keys_.cipher));
}

void SecureMessagingCard::count() {
  for (auto byte = counter_.rbegin(); byte != counter_.rend() && ++*byte == 0; ++byte) {
  }
}

Bytes SecureMessagingCard::initial_vector() const {
  if (keys_.cipher == Cipher::triple_des) return Bytes(counter_.size());
  return crypto::aes_encrypt_block(keys_.enc, counter_);
}

Bytes SecureMessagingCard::mac_over(ByteView bytes) const {
  return mac(keys_.cipher, keys_.mac, padded(concat({counter_, bytes}), counter_.size()));
}

Bytes SecureMessagingCard::plain_data(ByteView cryptogram) const {
  const ByteView blocks = blocks_of(cryptogram, odd_ins_, counter_.size());
  std::optional<Bytes> plain =
      unpadded(cbc_decrypt(keys_.cipher, keys_.enc, initial_vector(), blocks), counter_.size());
  if (!plain) throw Refusal{sw::secure_messaging_wrong};
  return *std::move(plain);
}

CommandApdu SecureMessagingCard::unwrap(const CommandApdu& command) {
  count();
  odd_ins_ = command.ins % 2 == 1;
  const Objects objects = take_apart(command.data, odd_ins_ ? odd_cryptogram_tag : even_cryptogram_tag);
  if (!objects.mac) throw Refusal{sw::secure_messaging_missing};
  const Bytes header = padded({command.cla, command.ins, command.p1, command.p2}, counter_.size());
  if (!equal_constant_time(*objects.mac, mac_over(concat({header, objects.covered}))))
    throw Refusal{sw::secure_messaging_wrong};
  CommandApdu plain = command;
  plain.cla = static_cast<std::uint8_t>(command.cla & ~secure_messaging_bits);
  plain.data = objects.cryptogram ? plain_data(*objects.cryptogram) : Bytes{};
  plain.ne = objects.le ? expected_length(*objects.le) : 0;
  return plain;
}

Bytes SecureMessagingCard::wrap(const Answer& answer) {
  count();
  Bytes objects;
  if (!answer.data.empty()) {
    const Bytes blocks = padded(answer.data, counter_.size());
    const Bytes cryptogram = cbc_encrypt(keys_.cipher, keys_.enc, initial_vector(), blocks);
    const Bytes indicator = odd_ins_ ? Bytes{} : Bytes{padding_indicator};
    tlv::append(objects, odd_ins_ ? odd_cryptogram_tag : even_cryptogram_tag,
                concat({indicator, cryptogram}));
  }
  Bytes status;
  append_be16(status, answer.status.value);
  tlv::append(objects, status_tag, status);
  tlv::append(objects, mac_tag, mac_over(objects));
  return objects;
}

std::size_t SecureMessagingCard::plain_capacity(std::size_t ne) const {
  const std::size_t room = std::min(ne, max_answer - status_size);
  const std::size_t block = counter_.size();
  constexpr std::size_t others = status_object_size + mac_object_size;
  // Of the longer object, DO 87: its value is the padding indicator and the blocks.
  const auto fits = [&](std::size_t blocks) {
    return tlv::encoded_size(even_cryptogram_tag, 1 + blocks * block) + others <= room;
  };
  std::size_t blocks = room / block;
  while (blocks > 0 && !fits(blocks)) --blocks;
  return blocks == 0 ? 0 : blocks * block - 1;
}

}  // namespace perso::vchip
