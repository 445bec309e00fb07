#include "vchip/access_keys.hpp"

#include <array>
#include <cstdlib>

#include "crypto/primitives.hpp"

namespace perso::vchip {

namespace {

constexpr std::uint32_t encryption_counter = 1, mac_counter = 2;

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

crypto::Hash derivation_hash(Cipher cipher) {
  const bool long_key = cipher == Cipher::aes_192 || cipher == Cipher::aes_256;
  return long_key ? crypto::Hash::sha256 : crypto::Hash::sha1;
}

}  // namespace

std::optional<Cipher> cipher_named(std::uint8_t arc) {
  switch (arc) {
    case 1:
      return Cipher::triple_des;
    case 2:
      return Cipher::aes_128;
    case 3:
      return Cipher::aes_192;
    case 4:
      return Cipher::aes_256;
    default:
      return std::nullopt;
  }
}

std::size_t key_size(Cipher cipher) {
  switch (cipher) {
    case Cipher::triple_des:
    case Cipher::aes_128:
      return 16;
    case Cipher::aes_192:
      return 24;
    case Cipher::aes_256:
      return 32;
  }
  std::abort();
}

std::size_t block_size(Cipher cipher) {
  return cipher == Cipher::triple_des ? 8 : 16;
}

Secret derive_key(const Secret& shared, Cipher cipher, std::uint32_t counter) {
  Bytes four;
  append_be32(four, counter);
  const Secret input(concat({shared.expose(), four}));
  const Secret hash(crypto::digest(derivation_hash(cipher), input.expose()));
  return Secret::copy_of(hash.expose().first(key_size(cipher)));
}

SessionKeys derive_session_keys(const Secret& shared, Cipher cipher) {
  return {derive_key(shared, cipher, encryption_counter), derive_key(shared, cipher, mac_counter), cipher};
}

Secret mrz_password(ByteView number, ByteView birth, ByteView expiry) {
  Bytes information;
  information.reserve(number.size() + birth.size() + expiry.size() + 3);  // growing would leave a copy behind
  for (const ByteView field : {number, birth, expiry}) {
    append(information, field);
    information.push_back(check_digit(field));
  }
  const Secret printed(std::move(information));
  return Secret(crypto::digest(crypto::Hash::sha1, printed.expose()));
}

Secret can_password(ByteView can) {
  return Secret::copy_of(can);
}

}  // namespace perso::vchip
