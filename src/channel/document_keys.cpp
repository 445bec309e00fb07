#include "channel/document_keys.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"

namespace perso::channel {

namespace {

// In a TD1 zone a number may go on over the optional data: 9 characters, and 13 of 15 there.
constexpr std::size_t min_number = 9, max_number = 22;
constexpr std::size_t max_information = max_number + 6 + 6 + 3;  // and both dates, each with its check digit

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// ICAO 9303-3 4.9: weights 7, 3, 1; letters count from A = 10, the filler 0.
char check_digit(std::string_view characters) {
  constexpr int weights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[i];
    const int value = is_digit(c) ? c - '0' : c == '<' ? 0 : c - 'A' + 10;
    sum += weights[i % 3] * value;
  }
  return static_cast<char>('0' + sum % 10);
}

void check(const PrintedData& printed) {
  const auto of_number = [](char c) { return is_digit(c) || c == '<' || (c >= 'A' && c <= 'Z'); };
  const auto of_date = [](char c) { return is_digit(c) || c == '<'; };
  if (printed.number.size() < min_number || printed.number.size() > max_number ||
      !std::ranges::all_of(printed.number, of_number))
    throw Error(Code::malformed,
                "a document number that opens a chip has 9 to 22 characters A-Z, 0-9 and <: give it as the "
                "machine readable zone has it");
  for (const std::string* date : {&printed.birth, &printed.expiry})
    if (date->size() != 6 || !std::ranges::all_of(*date, of_date))
      throw Error(Code::malformed,
                  "a date that opens a chip is YYMMDD: give it as the machine readable zone "
                  "has it");
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
  throw Error(Code::crypto_failed, "no cipher of a session");
}

void make_parity_odd(std::span<std::uint8_t> key) {
  for (std::uint8_t& byte : key)
    if (std::popcount(byte) % 2 == 0) byte ^= 0x01;
}

Secret derive(ByteView secret, std::uint32_t counter, Cipher cipher) {
  Bytes input;
  input.reserve(secret.size() + sizeof counter);  // never moved, so no copy of the secret is left behind
  append(input, secret);
  append_be32(input, counter);
  const std::size_t size = key_size(cipher);
  Bytes key = crypto::digest(size > 16 ? crypto::Hash::sha256 : crypto::Hash::sha1, input);
  wipe(input);
  wipe(std::span(key).subspan(size));
  key.resize(size);
  if (cipher == Cipher::triple_des) make_parity_odd(key);
  return Secret(std::move(key));
}

}  // namespace

PrintedData printed_data(std::string number, std::string birth, std::string expiry) {
  number.resize(std::max(number.size(), min_number), '<');
  return {std::move(number), std::move(birth), std::move(expiry)};
}

Secret printed_secret(const PrintedData& printed) {
  check(printed);
  Bytes information;
  information.reserve(max_information);  // never moved, so no copy is left behind
  const WipedAtEnd wiped(information);
  for (const std::string* field : {&printed.number, &printed.birth, &printed.expiry}) {
    append(information, as_bytes(*field));
    information.push_back(static_cast<std::uint8_t>(check_digit(*field)));
  }
  return Secret(crypto::digest(crypto::Hash::sha1, information));
}

KeyPair derive_key_pair(ByteView secret, Cipher cipher) {
  return {derive(secret, 1, cipher), derive(secret, 2, cipher)};
}

Secret derive_password_key(ByteView secret, Cipher cipher) {
  return derive(secret, 3, cipher);
}

}  // namespace perso::channel
