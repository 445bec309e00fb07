#include "crypto/primitives.hpp"

#include <botan/auto_rng.h>
#include <botan/block_cipher.h>
#include <botan/cipher_mode.h>
#include <botan/hash.h>
#include <botan/mac.h>

#include "crypto/botan.hpp"

namespace perso::crypto {

namespace {

using detail::guarded;
using detail::refuse;

constexpr std::size_t block_size = 16;

/// "AES-128" and its sisters by the size of the key.
std::string aes_name(const Secret& key) {
  if (key.size() != 16 && key.size() != 24 && key.size() != 32) refuse("an AES key has 16, 24 or 32 bytes");
  return "AES-" + std::to_string(8 * key.size());
}

template <typename Algorithm>
std::unique_ptr<Algorithm> keyed(std::unique_ptr<Algorithm> algorithm, const Secret& key) {
  algorithm->set_key(key.expose().data(), key.size());
  return algorithm;
}

Bytes mac_with(Botan::MessageAuthenticationCode& code, ByteView message) {
  code.update(message.data(), message.size());
  Bytes out(code.output_length());
  code.final(out.data());
  return out;
}

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    guarded("the random source failed", [&] { generator_.randomize(out.data(), out.size()); });
  }

 private:
  Botan::AutoSeeded_RNG generator_;  // serialises its callers itself
};

}  // namespace

namespace detail {

void refuse(const std::string& what) {
  throw Error(Code::crypto_failed, what);
}

const char* name_of(Hash hash) {
  switch (hash) {
    case Hash::sha1:
      return "SHA-1";
    case Hash::sha224:
      return "SHA-224";
    case Hash::sha256:
      return "SHA-256";
    case Hash::sha384:
      return "SHA-384";
    case Hash::sha512:
      return "SHA-512";
    case Hash::sm3:
      return "SM3";
  }
  refuse("not a hash");
}

}  // namespace detail

std::size_t digest_size(Hash hash) {
  switch (hash) {
    case Hash::sha1:
      return 20;
    case Hash::sha224:
      return 28;
    case Hash::sha256:
    case Hash::sm3:
      return 32;
    case Hash::sha384:
      return 48;
    case Hash::sha512:
      return 64;
  }
  refuse("not a hash");
}

std::string_view oid_of(Hash hash) {
  switch (hash) {
    case Hash::sha1:
      return "1.3.14.3.2.26";
    case Hash::sha224:
      return "2.16.840.1.101.3.4.2.4";
    case Hash::sha256:
      return "2.16.840.1.101.3.4.2.1";
    case Hash::sha384:
      return "2.16.840.1.101.3.4.2.2";
    case Hash::sha512:
      return "2.16.840.1.101.3.4.2.3";
    case Hash::sm3:
      return "1.2.156.10197.1.401";
  }
  refuse("not a hash");
}

std::optional<Hash> hash_of(std::string_view oid) {
  for (const Hash hash : {Hash::sha1, Hash::sha224, Hash::sha256, Hash::sha384, Hash::sha512, Hash::sm3})
    if (oid_of(hash) == oid) return hash;
  return std::nullopt;
}

Bytes digest(Hash hash, ByteView message) {
  return guarded("the digest was not computed", [&] {
    const auto function = Botan::HashFunction::create_or_throw(detail::name_of(hash));
    function->update(message.data(), message.size());
    Bytes out(function->output_length());
    function->final(out.data());
    return out;
  });
}

struct AesKey::Impl {
  Secret key;
  std::string name;
  std::unique_ptr<Botan::MessageAuthenticationCode> mac = nullptr;
  std::unique_ptr<Botan::BlockCipher> cipher = nullptr;
  std::unique_ptr<Botan::Cipher_Mode> encryption = nullptr, decryption = nullptr;

  Bytes cbc(std::unique_ptr<Botan::Cipher_Mode>& mode, Botan::Cipher_Dir direction, ByteView iv,
            ByteView input) {
    if (iv.size() != block_size || input.size() % block_size != 0)
      refuse("CBC takes a 16-byte iv and whole blocks");
    return guarded("the CBC operation failed", [&] {
      if (!mode) mode = keyed(Botan::Cipher_Mode::create_or_throw(name + "/CBC/NoPadding", direction), key);
      mode->start(iv.data(), iv.size());
      Bytes out(input.begin(), input.end());
      mode->process(out.data(), out.size());
      return out;
    });
  }
};

AesKey::AesKey(Secret key) {
  std::string name = aes_name(key);
  impl_ = std::make_unique<Impl>(Impl{std::move(key), std::move(name)});
}
AesKey::AesKey(AesKey&&) noexcept = default;
AesKey& AesKey::operator=(AesKey&&) noexcept = default;
AesKey::~AesKey() = default;

Bytes AesKey::cmac(ByteView message) {
  return guarded("the MAC was not computed", [&] {
    auto& mac = impl_->mac;
    if (!mac)
      mac = keyed(Botan::MessageAuthenticationCode::create_or_throw("CMAC(" + impl_->name + ")"), impl_->key);
    return mac_with(*mac, message);
  });
}

Bytes AesKey::encrypt_block(ByteView block) {
  if (block.size() != block_size) refuse("an AES block has 16 bytes");
  return guarded("the block was not encrypted", [&] {
    auto& cipher = impl_->cipher;
    if (!cipher) cipher = keyed(Botan::BlockCipher::create_or_throw(impl_->name), impl_->key);
    Bytes out(block_size);
    cipher->encrypt(block.data(), out.data());
    return out;
  });
}

Bytes AesKey::cbc_encrypt(ByteView iv, ByteView plain) {
  return impl_->cbc(impl_->encryption, Botan::ENCRYPTION, iv, plain);
}

Bytes AesKey::cbc_decrypt(ByteView iv, ByteView cipher) {
  return impl_->cbc(impl_->decryption, Botan::DECRYPTION, iv, cipher);
}

namespace {

/// For a single message.
AesKey once(const Secret& key) {
  return AesKey(Secret::copy_of(key.expose()));
}

}  // namespace

Bytes aes_cmac(const Secret& key, ByteView message) {
  return once(key).cmac(message);
}

Bytes hmac_sha256(const Secret& key, ByteView message) {
  return guarded("the MAC was not computed", [&] {
    return mac_with(*keyed(Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)"), key), message);
  });
}

Bytes aes_encrypt_block(const Secret& key, ByteView block) {
  return once(key).encrypt_block(block);
}

Bytes aes_cbc_encrypt(const Secret& key, ByteView iv, ByteView plain) {
  return once(key).cbc_encrypt(iv, plain);
}

Bytes aes_cbc_decrypt(const Secret& key, ByteView iv, ByteView cipher) {
  return once(key).cbc_decrypt(iv, cipher);
}

Secret sp800_108_cmac(const Secret& key, ByteView label, ByteView context, std::size_t size) {
  constexpr std::size_t max_bytes = 1024;  // far above any key, and [L]_32 counts bits
  if (size == 0 || size > max_bytes) refuse("a derived key has 1 to 1024 bytes");
  const std::uint8_t separator[] = {0x00};
  Bytes fixed = concat({label, separator, context});
  append_be32(fixed, static_cast<std::uint32_t>(8 * size));
  return sp800_108_cmac_fixed(key, fixed, size);
}

Secret sp800_108_cmac_fixed(const Secret& key, ByteView fixed_input, std::size_t size) {
  Bytes out;
  out.reserve(size + block_size);  // growing would leave a copy behind
  for (std::uint32_t counter = 1; out.size() < size; ++counter) {
    Bytes input;
    append_be32(input, counter);
    append(input, fixed_input);
    Bytes block = aes_cmac(key, input);
    append(out, block);
    wipe(block);
  }
  wipe(std::span(out).subspan(size));
  out.resize(size);
  return Secret(std::move(out));
}

std::unique_ptr<Random> system_random() {
  return std::make_unique<SystemRandom>();
}

}  // namespace perso::crypto
