#include "vchip/bac_card.hpp"

#include <algorithm>

#include "crypto/des.hpp"
#include "vchip/block_cipher_card.hpp"

namespace perso::vchip {

namespace {

constexpr std::size_t cryptogram_size = 32;
constexpr std::size_t des_block = 8;
const Bytes zero_iv(des_block);

/// Counter of the channel (9.8.6.3): the lower halves of both nonces.
Bytes first_counter(ByteView nonce_ic, ByteView nonce_ifd) {
  return concat({nonce_ic.subspan(4), nonce_ifd.subspan(4)});
}

}  // namespace

SessionKeys bac_access_keys(ByteView number, ByteView birth, ByteView expiry) {
  const Secret hash = mrz_password(number, birth, expiry);
  return derive_session_keys(Secret::copy_of(hash.expose().first(16)), Cipher::triple_des);
}

std::optional<BacSuccess> bac_authenticate(const SessionKeys& access, ByteView challenge, ByteView token,
                                           const Secret& key_ic) {
  const ByteView cryptogram = slice(token, 0, cryptogram_size);
  const Bytes cryptogram_blocks = padded(Bytes(cryptogram.begin(), cryptogram.end()), des_block);
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
  append(answer, crypto::retail_mac(access.mac, padded(answer, des_block)));
  return BacSuccess{std::move(answer),
                    SecureMessagingCard(derive_session_keys(Secret(std::move(seed)), Cipher::triple_des),
                                        first_counter(nonce_ic, nonce_ifd))};
}

}  // namespace perso::vchip
