// Hashes, MACs and ciphers. The only layer that knows which library computes them.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "bytes/bytes.hpp"
#include "bytes/clock.hpp"
#include "bytes/secret.hpp"

namespace perso::crypto {

enum class Hash { sha1, sha224, sha256, sha384, sha512, sm3 };
std::size_t digest_size(Hash hash);
/// The dotted object identifier of a hash (RFC 8017 B.1, GM/T 0006), and back: nullopt for any other.
std::string_view oid_of(Hash hash);
std::optional<Hash> hash_of(std::string_view oid);
Bytes digest(Hash hash, ByteView message);

/// An AES key of 16, 24 or 32 bytes that is set up once, when it is first used, for many messages: a channel
/// computes hundreds. Used by one thread. Wiped when it dies.
class AesKey {
 public:
  /// @throws Error Code::crypto_failed for a key of another size
  explicit AesKey(Secret key);
  AesKey(AesKey&&) noexcept;
  AesKey& operator=(AesKey&&) noexcept;
  ~AesKey();

  /// As the functions of these names below.
  Bytes cmac(ByteView message);
  Bytes encrypt_block(ByteView block);
  Bytes cbc_encrypt(ByteView iv, ByteView plain);
  Bytes cbc_decrypt(ByteView iv, ByteView cipher);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// AES-CMAC (SP 800-38B), 16 bytes. Key of 16, 24 or 32 bytes.
Bytes aes_cmac(const Secret& key, ByteView message);
/// One 16-byte block.
Bytes aes_encrypt_block(const Secret& key, ByteView block);
/// CBC without padding: whole blocks, 16-byte iv.
Bytes aes_cbc_encrypt(const Secret& key, ByteView iv, ByteView plain);
Bytes aes_cbc_decrypt(const Secret& key, ByteView iv, ByteView cipher);
Bytes hmac_sha256(const Secret& key, ByteView message);

/// SP 800-108 KDF in counter mode with AES-CMAC as PRF: PRF(key, [i]_32 || label || 00 || context || [L]_32),
/// 4-byte counter first. `size` bytes come out.
Secret sp800_108_cmac(const Secret& key, ByteView label, ByteView context, std::size_t size);

/// The same over the fixed input as it stands: PRF(key, [i]_32 || fixed_input).
Secret sp800_108_cmac_fixed(const Secret& key, ByteView fixed_input, std::size_t size);

/// AES-256-GCM. Sealed form: 12-byte random nonce, ciphertext, 16-byte tag. `bound_to` is authenticated, not
/// stored.
Bytes seal(const Secret& key, ByteView plain, ByteView bound_to, Random& random);
/// The same for a plain text that is a secret itself.
inline Bytes seal(const Secret& key, const Secret& plain, ByteView bound_to, Random& random) {
  return seal(key, plain.expose(), bound_to, random);
}
/// @throws Error Code::crypto_failed when the key or a byte is wrong
Secret open(const Secret& key, ByteView sealed, ByteView bound_to);

/// How a passphrase is stretched: scrypt (RFC 7914), some 85 ms and 16 MiB, which OpenSSL computes within its
/// default limit.
constexpr std::size_t stretch_cost = 16384;     // N
constexpr std::size_t stretch_block_size = 8;   // r
constexpr std::size_t stretch_parallelism = 2;  // p
constexpr std::size_t salt_size = 16;
/// `size` bytes of key from a passphrase, so that a set of files under one salt costs one stretch.
Secret stretch(const Secret& passphrase, ByteView salt, std::size_t size);

/// The operating system's generator behind Botan's. Thread-safe.
std::unique_ptr<Random> system_random();

}  // namespace perso::crypto
