// The primitives straight on the library, each key set up once where that is possible, over bytes that nobody
// reads: what bare cryptography is made of.
#pragma once

#include <botan/auto_rng.h>
#include <botan/block_cipher.h>
#include <botan/cipher_mode.h>
#include <botan/ecdsa.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/pubkey.h>
#include <botan/sm2.h>

#include "bytes/bytes.hpp"

namespace perso::bench {

class Reference {
 public:
  Reference();

  Botan::AutoSeeded_RNG random;
  Botan::EC_Group group{"secp256r1"};

  std::vector<std::uint8_t> secret(std::size_t size);
  std::unique_ptr<Botan::MessageAuthenticationCode> mac(const std::string& name, std::size_t key_size);
  std::unique_ptr<Botan::Cipher_Mode> mode(const std::string& name, Botan::Cipher_Dir direction,
                                           std::size_t key_size);

  /// Room for `size` bytes.
  std::uint8_t* bytes(std::size_t size);
  void digest(std::size_t size) { digest(*sha256_, size); }
  /// As document keys are derived.
  void digest_sha1(std::size_t size) { digest(*sha1_, size); }
  void authenticate(Botan::MessageAuthenticationCode& code, std::size_t size);
  /// Whole blocks; nothing for none.
  void crypt(Botan::Cipher_Mode& cbc, ByteView iv, std::size_t size);

  /// An ECDSA signature over the signed attributes of a CMS.
  void sign_document();
  /// One by a key that came with the card: a signer's, or the chip's own.
  void verify_document();
  /// That of the signer's certificate, by a key known before.
  void verify_document_signer();
  /// An SM2 signature over SM3 of so many bytes; and its verification, and that of its signer's certificate.
  void sign_nationally(std::size_t size);
  void verify_nationally(std::size_t size);

 private:
  struct Signed {
    std::vector<std::uint8_t> message, signature;
  };

  void digest(Botan::HashFunction& hash, std::size_t size);
  Signed signed_message(Botan::PK_Signer& signer, std::size_t size);
  static void verify(const Botan::Public_Key& key, const char* scheme, const Signed& made);

  std::unique_ptr<Botan::HashFunction> sha256_ = Botan::HashFunction::create_or_throw("SHA-256"),
                                       sha1_ = Botan::HashFunction::create_or_throw("SHA-1"),
                                       sm3_ = Botan::HashFunction::create_or_throw("SM3");
  Botan::ECDSA_PrivateKey signer_{random, group};
  Botan::EC_Group national_group_{"sm2p256v1"};
  Botan::SM2_PrivateKey national_signer_{random, national_group_};
  Botan::PK_Signer signature_, national_signature_;
  const Signed document_, certificate_, national_certificate_;
  std::vector<std::uint8_t> data_;
};

}  // namespace perso::bench
