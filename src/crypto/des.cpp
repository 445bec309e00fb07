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

void check(ByteView blocks) {
  if (blocks.size() % block_size != 0) refuse("triple DES takes whole blocks of 8 bytes");
}

}  // namespace

struct TripleDesKey::Impl {
  Secret key;
  std::unique_ptr<Botan::Cipher_Mode> encryption = nullptr, decryption = nullptr;
  std::unique_ptr<Botan::MessageAuthenticationCode> mac = nullptr;

  Bytes cbc(std::unique_ptr<Botan::Cipher_Mode>& mode, Botan::Cipher_Dir direction, ByteView iv,
            ByteView input) {
    check(input);
    if (iv.size() != block_size) refuse("triple DES takes an iv of 8 bytes");
    return guarded("the triple DES operation failed", [&] {
      if (!mode) mode = keyed(Botan::Cipher_Mode::create_or_throw("3DES/CBC/NoPadding", direction));
      mode->start(iv.data(), iv.size());
      Bytes out(input.begin(), input.end());
      mode->process(out.data(), out.size());
      return out;
    });
  }

  template <typename Algorithm>
  std::unique_ptr<Algorithm> keyed(std::unique_ptr<Algorithm> algorithm) const {
    algorithm->set_key(key.expose().data(), key.size());
    return algorithm;
  }
};

TripleDesKey::TripleDesKey(Secret key) {
  if (key.size() != key_size) refuse("a two-key triple DES key has 16 bytes");
  impl_ = std::make_unique<Impl>(Impl{std::move(key)});
}
TripleDesKey::TripleDesKey(TripleDesKey&&) noexcept = default;
TripleDesKey& TripleDesKey::operator=(TripleDesKey&&) noexcept = default;
TripleDesKey::~TripleDesKey() = default;

Bytes TripleDesKey::cbc_encrypt(ByteView iv, ByteView plain) {
  return impl_->cbc(impl_->encryption, Botan::ENCRYPTION, iv, plain);
}

Bytes TripleDesKey::cbc_decrypt(ByteView iv, ByteView cipher) {
  return impl_->cbc(impl_->decryption, Botan::DECRYPTION, iv, cipher);
}

Bytes TripleDesKey::retail_mac(ByteView blocks) {
  check(blocks);
  if (blocks.empty()) refuse("a retail MAC is over one block at least");
  return guarded("the MAC was not computed", [&] {
    // ANSI X9.19 is MAC algorithm 3 with DES.
    auto& mac = impl_->mac;
    if (!mac) mac = impl_->keyed(Botan::MessageAuthenticationCode::create_or_throw("X9.19-MAC"));
    mac->update(blocks.data(), blocks.size());
    Bytes out(mac->output_length());
    mac->final(out.data());
    return out;
  });
}

namespace {

/// For a single message.
TripleDesKey once(const Secret& key) {
  return TripleDesKey(Secret::copy_of(key.expose()));
}

}  // namespace

Bytes des3_cbc_encrypt(const Secret& key, ByteView iv, ByteView plain) {
  return once(key).cbc_encrypt(iv, plain);
}

Bytes des3_cbc_decrypt(const Secret& key, ByteView iv, ByteView cipher) {
  return once(key).cbc_decrypt(iv, cipher);
}

Bytes retail_mac(const Secret& key, ByteView blocks) {
  return once(key).retail_mac(blocks);
}

}  // namespace perso::crypto
