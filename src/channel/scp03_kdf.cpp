#include "channel/scp03_kdf.hpp"

#include "bytes/secret.hpp"

namespace perso::channel {

Bytes derive(const Prf& prf, Derivation constant, ByteView context, std::size_t size) {
  Bytes input(11, 0x00);
  input.push_back(static_cast<std::uint8_t>(constant));
  input.push_back(0x00);
  append_be16(input, static_cast<std::uint16_t>(8 * size));
  const std::size_t counter = input.size();
  input.push_back(0x00);
  append(input, context);

  Bytes derived;
  derived.reserve(size + 16);  // never moved, so no copy of a key is left behind
  while (derived.size() < size) {
    ++input[counter];
    Bytes block = prf(input);
    append(derived, block);
    wipe(block);
  }
  wipe(std::span(derived).subspan(size));
  derived.resize(size);
  return derived;
}

}  // namespace perso::channel
