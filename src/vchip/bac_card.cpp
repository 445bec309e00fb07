#include "vchip/bac_card.hpp"

#include <algorithm>
#include <array>

#include "crypto/des.hpp"

namespace perso::vchip {

namespace {

constexpr std::size_t cryptogram_size = 32;
const Bytes zero_iv(8);

Secret derive(const Secret& seed, std::uint8_t counter) {
  const Secret input(concat({seed.expose(), Bytes{0, 0, 0, counter}}));
  const Secret hash(crypto::digest(crypto::Hash::sha1, input.expose()));
  return Secret::copy_of(hash.expose().first(16));
}

/// Value of a character of the machine readable zone: digits, A = 10 to Z = 35, filler 0.
int value_of(std::uint8_t character) {
  if (character >= '0' && character <= '9') return character - '0';
  return character >= 'A' && character <= 'Z' ? character - 'A' + 10 : 0;
}

std::uint8_t check_digit(ByteView field) {
  constexpr std::array weights = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i) sum += weights[i % 3] * value_of(field[i]);
  return static_cast<std::uint8_t>('0' + sum % 10);
}

/// Counter of the channel (9.8.6.3): the lower halves of both nonces.
std::uint64_t first_counter(ByteView nonce_ic, ByteView nonce_ifd) {
  return std::uint64_t{be32(nonce_ic.subspan(4))} << 32 | be32(nonce_ifd.subspan(4));
}

}  // namespace

DesKeys derive_des_keys(const Secret& seed) {
  return {derive(seed, 1), derive(seed, 2)};
}

DesKeys bac_access_keys(ByteView number, ByteView birth, ByteView expiry) {
  Bytes information;
  for (const ByteView field : {number, birth, expiry}) {
    append(information, field);
    information.push_back(check_digit(field));
  }
  const Secret printed(std::move(information));
  const Secret hash(crypto::digest(crypto::Hash::sha1, printed.expose()));
  return derive_des_keys(Secret::copy_of(hash.expose().first(16)));
}

std::optional<BacSuccess> bac_authenticate(const DesKeys& access, ByteView challenge, ByteView token,
                                           const Secret& key_ic) {
  const ByteView cryptogram = slice(token, 0, cryptogram_size);
  const Bytes cryptogram_blocks = padded(Bytes(cryptogram.begin(), cryptogram.end()));
  const bool mac_right =
      equal_constant_time(token.subspan(cryptogram_size), crypto::retail_mac(access.mac, cryptogram_blocks));
  const Secret plain(crypto::des3_cbc_decrypt(access.enc, zero_iv, cryptogram));
  const ByteView nonce_ifd = plain.expose().first(bac_nonce_size);
  const ByteView nonce_ic = plain.expose().subspan(bac_nonce_size, bac_nonce_size);
  if (!mac_right || !equal_constant_time(nonce_ic, challenge)) return std::nullopt;

  const ByteView key_ifd = plain.expose().subspan(2 * bac_nonce_size);
  Bytes seed(bac_key_size);
  std::ranges::transform(key_ifd, key_ic.expose(), seed.begin(), std::bit_xor<std::uint8_t>());
  const Secret answered(concat({nonce_ic, nonce_ifd, key_ic.expose()}));
  Bytes answer = crypto::des3_cbc_encrypt(access.enc, zero_iv, answered.expose());
  append(answer, crypto::retail_mac(access.mac, padded(answer)));
  return BacSuccess{std::move(answer), SecureMessagingCard(derive_des_keys(Secret(std::move(seed))),
                                                           first_counter(nonce_ic, nonce_ifd))};
}

}  // namespace perso::vchip
