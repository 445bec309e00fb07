#include "vchip/scp03_card.hpp"

#include <utility>

#include "crypto/primitives.hpp"
#include "vchip/block_cipher_card.hpp"

namespace perso::vchip {

namespace {

// Derivation constants, Amendment D table 4-1.
constexpr std::uint8_t card_cryptogram_constant = 0x00;
constexpr std::uint8_t host_cryptogram_constant = 0x01;
constexpr std::uint8_t card_challenge_constant = 0x02;
constexpr std::uint8_t s_enc_constant = 0x04;
constexpr std::uint8_t s_mac_constant = 0x06;
constexpr std::uint8_t s_rmac_constant = 0x07;

// Bits of the security level, table 7-4.
constexpr std::uint8_t c_decryption = 0x02;
constexpr std::uint8_t r_mac = 0x10;
constexpr std::uint8_t r_encryption = 0x20;

constexpr std::size_t block = 16;
constexpr std::size_t header_and_lc = 5;

std::uint16_t bits_of(std::size_t bytes) {
  return static_cast<std::uint16_t>(bytes * 8);
}

}  // namespace

Secret scp03_derive(const Secret& key, std::uint8_t constant, std::uint16_t bits, ByteView context) {
  const std::size_t size = bits / 8u;
  Bytes derived;
  for (std::uint8_t counter = 1; derived.size() < size; ++counter) {
    Bytes input(11);
    input.push_back(constant);
    input.push_back(0);
    append_be16(input, bits);
    input.push_back(counter);
    append(input, context);
    append(derived, crypto::aes_cmac(key, input));
  }
  Secret out = Secret::copy_of(ByteView(derived).first(size));
  wipe(derived);
  return out;
}

Bytes scp03_card_challenge(const Secret& key_enc, std::uint32_t sequence_counter, ByteView aid,
                           std::size_t size) {
  Bytes context = {static_cast<std::uint8_t>(sequence_counter >> 16),
                   static_cast<std::uint8_t>(sequence_counter >> 8),
                   static_cast<std::uint8_t>(sequence_counter)};
  append(context, aid);
  const Secret challenge = scp03_derive(key_enc, card_challenge_constant, bits_of(size), context);
  return Bytes(challenge.expose().begin(), challenge.expose().end());
}

Bytes scp03_key_check_value(const Secret& key) {
  Bytes value = crypto::aes_encrypt_block(key, Bytes(block, 0x01));
  value.resize(3);
  return value;
}

Scp03Card::Scp03Card(const KeySet& keys, std::uint8_t i, Bytes host_challenge, Bytes card_challenge)
    : context_(concat({host_challenge, card_challenge})), mac_size_((i & 0x01) != 0 ? 16 : 8) {
  s_enc_ = scp03_derive(keys.enc(), s_enc_constant, bits_of(keys.enc().size()), context_);
  s_mac_ = scp03_derive(keys.mac(), s_mac_constant, bits_of(keys.mac().size()), context_);
  s_rmac_ = scp03_derive(keys.mac(), s_rmac_constant, bits_of(keys.mac().size()), context_);
}

Bytes Scp03Card::cryptogram(std::uint8_t constant) const {
  const Secret value = scp03_derive(s_mac_, constant, bits_of(mac_size_), context_);
  return Bytes(value.expose().begin(), value.expose().end());
}

Bytes Scp03Card::card_cryptogram() const {
  return cryptogram(card_cryptogram_constant);
}

bool Scp03Card::authenticate(ByteView command, std::uint8_t level) {
  const std::size_t size = header_and_lc + mac_size_;
  const bool mac_right = check_mac(slice(command, 0, size), slice(command, size, mac_size_));
  const Bytes expected = cryptogram(host_cryptogram_constant);
  if (!mac_right || !equal_constant_time(slice(command, header_and_lc, mac_size_), expected)) return false;
  level_ = level;
  return true;
}

bool Scp03Card::check_mac(ByteView signed_part, ByteView mac) {
  const Bytes expected = crypto::aes_cmac(s_mac_, concat({chaining_, signed_part}));
  if (!equal_constant_time(ByteView(expected).first(mac_size_), mac)) return false;
  chaining_ = expected;
  return true;
}

Bytes Scp03Card::counter_iv(std::uint8_t first_byte) const {
  Bytes counter(block - sizeof counter_);
  append_be64(counter, counter_);
  counter[0] = first_byte;  // far above what 64 bits count
  return crypto::aes_encrypt_block(s_enc_, counter);
}

std::optional<Bytes> Scp03Card::unwrap(ByteView signed_part, ByteView data, ByteView mac) {
  if (!check_mac(signed_part, mac)) return std::nullopt;
  ++counter_;  // for every command, with or without data (6.2.6)
  if ((level_ & c_decryption) == 0 || data.empty()) return Bytes(data.begin(), data.end());
  if (data.size() % block != 0) return std::nullopt;
  return unpadded(crypto::aes_cbc_decrypt(s_enc_, counter_iv(0x00), data), block);
}

Bytes Scp03Card::wrap(ByteView data, iso7816::StatusWord status) const {
  Bytes answer(data.begin(), data.end());
  if ((level_ & r_encryption) != 0 && !data.empty()) {
    answer = crypto::aes_cbc_encrypt(s_enc_, counter_iv(0x80), padded(std::move(answer), block));
  }
  if ((level_ & r_mac) != 0) {
    const Bytes trailer = {status.sw1(), status.sw2()};
    const Bytes mac = crypto::aes_cmac(s_rmac_, concat({chaining_, answer, trailer}));
    append(answer, ByteView(mac).first(mac_size_));
  }
  return answer;
}

}  // namespace perso::vchip
