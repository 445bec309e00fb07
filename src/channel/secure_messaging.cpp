#include "channel/secure_messaging.hpp"

#include <optional>
#include <utility>

#include "bytes/error.hpp"
#include "channel/padding.hpp"
#include "tlv/tlv.hpp"

namespace perso::channel {

using iso7816::CommandApdu;
using iso7816::ResponseApdu;

namespace {

// Data objects of ISO/IEC 7816-4 10.2.
constexpr tlv::Tag bare_cryptogram{0x85};    // for an odd INS, whose data are data objects themselves
constexpr tlv::Tag padded_cryptogram{0x87};  // behind a byte that says how it is padded
constexpr tlv::Tag expected_length{0x97};
constexpr tlv::Tag processing_status{0x99};
constexpr tlv::Tag checksum{0x8E};

constexpr std::uint8_t header_authenticated = 0x0C;  // bits 4 and 3 of CLA
constexpr std::uint8_t padding_method_2 = 0x01;

constexpr std::size_t mac_size = 8;

[[noreturn]] void broken(const std::string& what) {
  throw Error(Code::channel_broken, what + ": take the card out and begin again");
}

tlv::Tag data_tag(std::uint8_t ins) {
  return (ins & 0x01) != 0 ? bare_cryptogram : padded_cryptogram;
}

/// One step on, big-endian.
void advance(Bytes& counter) {
  for (auto byte = counter.rbegin(); byte != counter.rend() && ++*byte == 0x00; ++byte) {
  }
}

/// The value of DO 97: one byte, or two where the plain command has extended length; 0 is the most.
Bytes length_value(const CommandApdu& plain) {
  Bytes value;
  append_be16(value, static_cast<std::uint16_t>(plain.ne));
  if (!plain.extended()) value.erase(value.begin());
  return value;
}

/// The MAC over the counter, whole blocks of head, and data objects.
Bytes mac_over(SessionCipher& cipher, ByteView counter, ByteView head, ByteView objects) {
  Bytes covered;
  covered.reserve(counter.size() + head.size() + objects.size() + cipher.block_size());
  append(covered, counter);
  append(covered, head);
  append(covered, objects);
  pad(covered, cipher.block_size());
  return cipher.mac(covered);
}

/// ICAO 9303-11 9.8.4, figure "computation of a command APDU".
CommandApdu protect(SessionCipher& cipher, ByteView counter, const CommandApdu& plain) {
  CommandApdu out{static_cast<std::uint8_t>(plain.cla | header_authenticated),
                  plain.ins,
                  plain.p1,
                  plain.p2,
                  {},
                  iso7816::max_ne_short};
  if (!plain.data.empty()) {
    const tlv::Tag tag = data_tag(plain.ins);
    const Secret blocks(padded(plain.data, cipher.block_size()));
    Bytes value = cipher.encrypt(counter, blocks.expose());
    if (tag == padded_cryptogram) value.insert(value.begin(), padding_method_2);
    tlv::append(out.data, tag, value);
  }
  if (plain.ne > 0) tlv::append(out.data, expected_length, length_value(plain));

  const std::uint8_t header[] = {out.cla, out.ins, out.p1, out.p2};
  tlv::append(out.data, checksum, mac_over(cipher, counter, padded(header, cipher.block_size()), out.data));
  if (out.data.size() > 65535) throw Error(Code::malformed, "a command is too long for the secure channel");
  if (plain.extended() || out.extended()) out.ne = iso7816::max_ne_extended;
  return out;
}

/// The data objects of an answer, in their order.
struct Objects {
  std::optional<ByteView> data;
  ByteView status, mac;
  ByteView covered;  // by the MAC: all before it
};

Objects parse(ByteView answer, tlv::Tag tag) {
  try {
    // A length in more bytes than it needs is ISO/IEC 7816-4, and the MAC is over what was sent.
    tlv::Reader reader(answer, tlv::Rules::ber);
    Objects objects;
    if (const auto data = reader.take(tag)) objects.data = data->value;
    objects.status = reader.expect(processing_status).value;
    objects.covered = answer.first(answer.size() - reader.rest().size());
    objects.mac = reader.expect(checksum).value;
    reader.expect_end();
    return objects;
  } catch (const Error&) {
    broken("an answer of the chip has other data objects than the secure channel's");
  }
}

Bytes decrypt(SessionCipher& cipher, ByteView counter, tlv::Tag tag, ByteView value) {
  if (tag == padded_cryptogram) {
    if (value.empty() || value[0] != padding_method_2)
      broken("an answer of the chip has another padding than the secure channel's");
    value = value.subspan(1);
  }
  if (value.empty() || value.size() % cipher.block_size() != 0)
    broken("an answer of the chip is not of whole blocks");
  Bytes decrypted = cipher.decrypt(counter, value);
  const auto plain = unpadded(decrypted);
  if (!plain) broken("an answer of the chip has no padding");
  decrypted.resize(plain->size());
  return decrypted;
}

/// ICAO 9303-11 9.8.4, figure "computation of a response APDU".
ResponseApdu unprotect(SessionCipher& cipher, ByteView counter, tlv::Tag tag, const ResponseApdu& answer) {
  if (answer.data.empty())
    throw Error(Code::channel_broken,
                "the chip answers outside of the secure channel: take the card out and begin again",
                answer.status.value);
  const Objects objects = parse(answer.data, tag);
  if (!equal_constant_time(mac_over(cipher, counter, {}, objects.covered), objects.mac))
    broken("an answer of the chip fails the check of the secure channel");
  if (objects.status.size() != 2 || be16(objects.status) != answer.status.value)
    broken("an answer of the chip has another status word than the one that it protects");

  ResponseApdu plain{{}, answer.status};
  if (objects.data) plain.data = decrypt(cipher, counter, tag, *objects.data);
  return plain;
}

}  // namespace

SecureMessaging::SecureMessaging(iso7816::Card& card, std::unique_ptr<SessionCipher> cipher, Bytes counter)
    : card_(card), cipher_(std::move(cipher)), counter_(std::move(counter)) {}

SecureMessaging::SecureMessaging(iso7816::Card& card, std::unique_ptr<SessionCipher> cipher)
    : card_(card), cipher_(std::move(cipher)), counter_(cipher_->block_size(), 0x00) {}

ResponseApdu SecureMessaging::transmit(const CommandApdu& command) {
  if (!cipher_) broken("the secure channel is closed");
  Bytes counter = counter_;
  advance(counter);
  const CommandApdu sent = protect(*cipher_, counter, command);

  // Out of reach until the answer has passed: whatever ends this call from here on ends the channel.
  auto cipher = std::exchange(cipher_, nullptr);
  const ResponseApdu answer = card_.transmit(sent);
  advance(counter);
  ResponseApdu plain = unprotect(*cipher, counter, data_tag(command.ins), answer);
  counter_ = std::move(counter);
  cipher_ = std::move(cipher);
  return plain;
}

void SecureMessaging::close() {
  cipher_.reset();
}

std::size_t SecureMessaging::plain_capacity(std::size_t ne) const {
  const std::size_t block = counter_.size();
  constexpr std::size_t status_and_mac = 2 + 2 + 2 + mac_size;
  constexpr std::size_t tag_and_indicator = 1 + 1;
  const auto room = [ne](std::size_t length_field) {
    const std::size_t rest = status_and_mac + tag_and_indicator + length_field;
    return ne < rest ? 0 : ne - rest;
  };
  // A length takes one byte up to 127, two up to 255, three above; it counts the indicator too.
  const std::size_t cryptogram = room(1) < 128 ? room(1) : room(2) < 255 ? room(2) : room(3);
  const std::size_t blocks = cryptogram / block;
  return blocks == 0 ? 0 : blocks * block - 1;  // padding takes at least a byte
}

}  // namespace perso::channel
