#include "chip/key_objects.hpp"

#include "crypto/curve.hpp"
#include "tlv/tlv.hpp"

namespace perso::chip {

namespace {

constexpr const char* p256 = "secp256r1";
constexpr std::size_t p256_size = 32;

/// `head number`, in one buffer of the right size: one that grows leaves copies behind.
Secret behind(const Bytes& head, const Secret& number) {
  Bytes out;
  out.reserve(head.size() + number.size());
  append(out, head);
  append(out, number.expose());
  return Secret(std::move(out));
}

}  // namespace

const crypto::EcPrivateKey* p256_key(const InjectedKey& key) {
  if (key.algorithm != "ecdsa-p256" && key.algorithm != "ecdh-p256") return nullptr;
  const auto* ec = std::get_if<crypto::EcPrivateKey>(&key.key);
  return ec != nullptr && ec->public_key().curve() == p256 ? ec : nullptr;
}

Secret key_dgi(std::uint8_t id, std::uint8_t algorithm, const crypto::EcPrivateKey& key) {
  constexpr std::uint8_t value_size = 3 + 3 + 2 + p256_size;
  return behind({0x7F, 0x48, value_size, 0x84, 0x01, id, 0x80, 0x01, algorithm, 0x92, p256_size},
                key.scalar());
}

Secret ec_object(const crypto::EcPrivateKey& key) {
  const crypto::Curve curve(p256);
  constexpr tlv::Tag prime{0x81}, a{0x82}, b{0x83}, generator{0x84}, order{0x85}, cofactor{0x87};
  Bytes head;
  tlv::append(head, prime, curve.p());
  tlv::append(head, a, curve.a());
  tlv::append(head, b, curve.b());
  tlv::append(head, generator, curve.generator());
  tlv::append(head, order, curve.order());
  append(head, Bytes{0x86, p256_size});
  Bytes tail;
  tlv::append(tail, cofactor, Bytes{0x00, 0x01});  // of two bytes: the applet reads a short

  Bytes object = {0x63, 0x81, static_cast<std::uint8_t>(head.size() + p256_size + tail.size())};
  object.reserve(object.size() + head.size() + p256_size + tail.size());
  append(object, head);
  append(object, key.scalar().expose());
  append(object, tail);
  return Secret(std::move(object));
}

Secret nested_number(std::uint8_t object, const Secret& number) {
  const auto size = static_cast<std::uint8_t>(number.size());
  return behind({object, 0x81, static_cast<std::uint8_t>(size + 3), 0x04, 0x81, size}, number);
}

Secret number_behind(std::uint8_t object, const Secret& number) {
  return behind({object, 0x00, 0x04, 0x81, static_cast<std::uint8_t>(number.size())}, number);
}

iso7816::ResponseApdu transmit_secret(iso7816::Card& card, iso7816::CommandApdu command, const Secret& data) {
  const WipedAtEnd wiped(command.data);
  command.data.assign(data.expose().begin(), data.expose().end());
  return card.transmit(command);
}

}  // namespace perso::chip
