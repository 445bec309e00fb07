#include "vchip/secure_messaging_card.hpp"

#include "bytes/error.hpp"
#include "crypto/des.hpp"
#include "tlv/tlv.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::size_t block_size = 8;
constexpr std::uint8_t padding_indicator = 0x01;  // of DO 87: padding method 2
constexpr std::uint8_t secure_messaging_class = 0x0C;
constexpr tlv::Tag cryptogram_tag{0x87}, le_tag{0x97}, status_tag{0x99}, mac_tag{0x8E};
const Bytes zero_iv(block_size);

/// The data objects of a protected command, in the order that 9.8.4 gives them.
struct Objects {
  std::optional<ByteView> cryptogram, le, mac;
  ByteView covered;  // all but the MAC, as they came
};

Objects take_apart(ByteView data) {
  const auto value = [](const std::optional<tlv::Element>& element) {
    return element ? std::optional(element->value) : std::nullopt;
  };
  try {
    tlv::Reader reader(data, tlv::Rules::ber);
    Objects objects;
    objects.cryptogram = value(reader.take(cryptogram_tag));
    objects.le = value(reader.take(le_tag));
    objects.covered = data.first(data.size() - reader.rest().size());
    objects.mac = value(reader.take(mac_tag));
    reader.expect_end();
    return objects;
  } catch (const Error&) {
    throw Refusal{sw::secure_messaging_wrong};
  }
}

Bytes without_padding(Bytes bytes) {
  while (!bytes.empty() && bytes.back() == 0x00) bytes.pop_back();
  if (bytes.empty() || bytes.back() != 0x80) throw Refusal{sw::secure_messaging_wrong};
  bytes.pop_back();
  return bytes;
}

Bytes plain_data(ByteView cryptogram, const Secret& key) {
  const bool whole_blocks = cryptogram.size() > 1 && cryptogram.size() % block_size == 1;
  if (!whole_blocks || cryptogram[0] != padding_indicator) throw Refusal{sw::secure_messaging_wrong};
  return without_padding(crypto::des3_cbc_decrypt(key, zero_iv, cryptogram.subspan(1)));
}

std::size_t expected_length(ByteView le) {
  if (le.size() == 1) return le[0] == 0 ? max_ne_short : le[0];
  if (le.size() != 2) throw Refusal{sw::secure_messaging_wrong};
  return be16(le) == 0 ? max_ne_extended : be16(le);
}

}  // namespace

Bytes padded(Bytes bytes) {
  bytes.push_back(0x80);
  bytes.resize((bytes.size() + block_size - 1) / block_size * block_size);
  return bytes;
}

Bytes SecureMessagingCard::mac_over(ByteView bytes) const {
  Bytes input;
  append_be64(input, counter_);
  append(input, bytes);
  return crypto::retail_mac(keys_.mac, padded(std::move(input)));
}

CommandApdu SecureMessagingCard::unwrap(const CommandApdu& command) {
  ++counter_;
  const Objects objects = take_apart(command.data);
  if (!objects.mac) throw Refusal{sw::secure_messaging_missing};
  const Bytes header = padded({command.cla, command.ins, command.p1, command.p2});
  if (!equal_constant_time(*objects.mac, mac_over(concat({header, objects.covered}))))
    throw Refusal{sw::secure_messaging_wrong};
  CommandApdu plain = command;
  plain.cla = static_cast<std::uint8_t>(command.cla & ~secure_messaging_class);
  plain.data = objects.cryptogram ? plain_data(*objects.cryptogram, keys_.enc) : Bytes{};
  plain.ne = objects.le ? expected_length(*objects.le) : 0;
  return plain;
}

Bytes SecureMessagingCard::wrap(const Answer& answer) {
  ++counter_;
  Bytes objects;
  if (!answer.data.empty()) {
    const Bytes cryptogram = crypto::des3_cbc_encrypt(keys_.enc, zero_iv, padded(answer.data));
    tlv::append(objects, cryptogram_tag, concat({Bytes{padding_indicator}, cryptogram}));
  }
  Bytes status;
  append_be16(status, answer.status.value);
  tlv::append(objects, status_tag, status);
  tlv::append(objects, mac_tag, mac_over(objects));
  return objects;
}

}  // namespace perso::vchip
