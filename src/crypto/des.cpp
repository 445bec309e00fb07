#include "crypto/des.hpp"

#include <botan/cipher_mode.h>
#include <botan/mac.h>

#include "crypto/botan.hpp"

namespace perso::crypto {

namespace {

using detail::guarded;
using detail::refuse;

constexpr std::size_t key_size = 16;
constexpr std::size_t block_size = 8;

void check(const Secret& key, ByteView blocks) {
  if (key.size() != key_size) refuse("a two-key triple DES key has 16 bytes");
  if (blocks.size() % block_size != 0) refuse("triple DES takes whole blocks of 8 bytes");
}

Bytes cbc(const Secret& key, ByteView iv, ByteView input, Botan::Cipher_Dir direction) {
  check(key, input);
  if (iv.size() != block_size) refuse("triple DES takes an iv of 8 bytes");
  return guarded("the triple DES operation failed", [&] {
    const auto mode = Botan::Cipher_Mode::create_or_throw("3DES/CBC/NoPadding", direction);
    mode->set_key(key.expose().data(), key.size());
    mode->start(iv.data(), iv.size());
    Bytes out(input.begin(), input.end());
    mode->process(out.data(), out.size());
    return out;
  });
}

}  // namespace

Bytes des3_cbc_encrypt(const Secret& key, ByteView iv, ByteView plain) {
  return cbc(key, iv, plain, Botan::ENCRYPTION);
}

Bytes des3_cbc_decrypt(const Secret& key, ByteView iv, ByteView cipher) {
  return cbc(key, iv, cipher, Botan::DECRYPTION);
}

Bytes retail_mac(const Secret& key, ByteView blocks) {
  check(key, blocks);
  if (blocks.empty()) refuse("a retail MAC is over one block at least");
  return guarded("the MAC was not computed", [&] {
    // ANSI X9.19 is MAC algorithm 3 with DES.
    const auto mac = Botan::MessageAuthenticationCode::create_or_throw("X9.19-MAC");
    mac->set_key(key.expose().data(), key.size());
    mac->update(blocks.data(), blocks.size());
    Bytes out(mac->output_length());
    mac->final(out.data());
    return out;
  });
}

}  // namespace perso::crypto
