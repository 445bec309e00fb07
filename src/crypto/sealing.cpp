#include <botan/aead.h>
#include <botan/pwdhash.h>

#include "crypto/botan.hpp"
#include "crypto/primitives.hpp"

namespace perso::crypto {

namespace {

using detail::guarded;
using detail::refuse;

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t key_size = 32;

Botan::secure_vector<std::uint8_t> gcm(const Secret& key, ByteView nonce, ByteView bound_to, ByteView input,
                                       Botan::Cipher_Dir direction) {
  if (key.size() != key_size) refuse("a sealing key has 32 bytes");
  const auto aead = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", direction);
  aead->set_key(key.expose().data(), key.size());
  aead->set_associated_data(bound_to.data(), bound_to.size());
  aead->start(nonce.data(), nonce.size());
  Botan::secure_vector<std::uint8_t> buffer(input.begin(), input.end());
  aead->finish(buffer);
  return buffer;
}

}  // namespace

Bytes seal(const Secret& key, ByteView plain, ByteView bound_to, Random& random) {
  Bytes sealed(nonce_size);
  random.fill(sealed);
  const auto cipher = guarded("the data was not sealed",
                              [&] { return gcm(key, sealed, bound_to, plain, Botan::ENCRYPTION); });
  append(sealed, cipher);
  return sealed;
}

Secret open(const Secret& key, ByteView sealed, ByteView bound_to) {
  if (sealed.size() < nonce_size + tag_size) refuse("a sealed form is cut short");
  const auto plain = guarded("a sealed form does not open: another key, or a changed byte", [&] {
    return gcm(key, sealed.first(nonce_size), bound_to, sealed.subspan(nonce_size), Botan::DECRYPTION);
  });
  return Secret::copy_of(plain);
}

Secret stretch(const Secret& passphrase, ByteView salt, std::size_t size) {
  return guarded("the passphrase was not stretched", [&] {
    const auto scrypt = Botan::PasswordHashFamily::create_or_throw("Scrypt")->from_params(
        stretch_cost, stretch_block_size, stretch_parallelism);
    const ByteView text = passphrase.expose();
    Bytes out(size);
    scrypt->derive_key(out.data(), out.size(), reinterpret_cast<const char*>(text.data()), text.size(),
                       salt.data(), salt.size());
    return Secret(std::move(out));
  });
}

}  // namespace perso::crypto
