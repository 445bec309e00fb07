#include "channel/document_keys.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

#include "bytes/error.hpp"
#include "crypto/primitives.hpp"

namespace perso::channel {

namespace {

constexpr std::size_t key_size = 16;
// In a TD1 zone a number may go on over the optional data: 9 characters, and 13 of 15 there.
constexpr std::size_t min_number = 9, max_number = 22;

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
  for (const std::string& date : {printed.birth, printed.expiry})
    if (date.size() != 6 || !std::ranges::all_of(date, of_date))
      throw Error(Code::malformed,
                  "a date that opens a chip is YYMMDD: give it as the machine readable zone "
                  "has it");
}

Secret derive(ByteView seed, std::uint32_t counter) {
  Bytes input(seed.begin(), seed.end());
  append_be32(input, counter);
  Bytes key = crypto::digest(crypto::Hash::sha1, input);
  wipe(input);
  wipe(std::span(key).subspan(key_size));
  key.resize(key_size);
  for (std::uint8_t& byte : key)  // the lowest bit of each byte makes its parity odd
    if (std::popcount(byte) % 2 == 0) byte ^= 0x01;
  return Secret(std::move(key));
}

}  // namespace

PrintedData printed_data(std::string number, std::string birth, std::string expiry) {
  number.resize(std::max(number.size(), min_number), '<');
  return {std::move(number), std::move(birth), std::move(expiry)};
}

Bytes document_seed(const PrintedData& printed) {
  check(printed);
  std::string information;
  for (const std::string& field : {printed.number, printed.birth, printed.expiry})
    information += field + check_digit(field);
  Bytes seed = crypto::digest(crypto::Hash::sha1, as_bytes(information));
  seed.resize(key_size);
  return seed;
}

KeyPair derive_key_pair(ByteView seed) {
  return {derive(seed, 1), derive(seed, 2)};
}

}  // namespace perso::channel
