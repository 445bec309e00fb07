#include "bench/bare.hpp"

#include <botan/aead.h>
#include <botan/auto_rng.h>
#include <botan/block_cipher.h>
#include <botan/cipher_mode.h>
#include <botan/ecdsa.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/pubkey.h>
#include <botan/sm2.h>

#include <algorithm>
#include <stdexcept>

namespace perso::bench {

namespace {

constexpr std::size_t block = 16, mac_size = 8;
constexpr std::size_t derivation_input = 32;  // of SCP03 and of the diversification, bytes
constexpr std::size_t signed_attributes = 110, certificate = 900, national_certificate = 600;
constexpr const char *ecdsa = "EMSA1(SHA-256)", *sm2 = "1234567812345678,SM3";

std::uint8_t ins_of(const Exchange& exchange) {
  return exchange.command.at(1);
}

/// What was encrypted in an answer: whole blocks in front of the MAC and the status word.
std::size_t encrypted(const Bytes& answer) {
  return answer.size() < mac_size + 2 ? 0 : answer.size() - mac_size - 2;
}

}  // namespace

CryptoWork work_of(const std::vector<Exchange>& exchanges) {
  CryptoWork work;
  for (const Exchange& exchange : exchanges) {
    const auto command = iso7816::CommandApdu::parse(exchange.command);
    if ((command.cla & 0x04) == 0) continue;
    if (ins_of(exchange) == 0x82) {  // EXTERNAL AUTHENTICATE: a MAC alone
      ++work.channels;
      continue;
    }
    work.exchanges.push_back({command.data.size() - mac_size, encrypted(exchange.answer)});
  }
  return work;
}

struct BareCryptography::Tools {
  Botan::AutoSeeded_RNG random;
  std::unique_ptr<Botan::MessageAuthenticationCode> master = mac("CMAC(AES-256)", 32);
  std::unique_ptr<Botan::MessageAuthenticationCode> key = mac("CMAC(AES-128)", 16);
  std::unique_ptr<Botan::MessageAuthenticationCode> commitment = mac("HMAC(SHA-256)", 32);
  std::unique_ptr<Botan::BlockCipher> cipher = Botan::BlockCipher::create_or_throw("AES-128");
  std::unique_ptr<Botan::Cipher_Mode> encryption = mode("AES-128/CBC/NoPadding", Botan::ENCRYPTION, 16);
  std::unique_ptr<Botan::Cipher_Mode> decryption = mode("AES-128/CBC/NoPadding", Botan::DECRYPTION, 16);
  std::unique_ptr<Botan::Cipher_Mode> sealing = mode("AES-256/GCM", Botan::ENCRYPTION, 32);
  std::unique_ptr<Botan::HashFunction> hash = Botan::HashFunction::create_or_throw("SHA-256");
  Botan::EC_Group group{"secp256r1"};
  Botan::ECDSA_PrivateKey signer{random, group};
  Botan::PK_Signer signature{signer, random, ecdsa};
  Botan::EC_Group national_group{"sm2p256v1"};
  Botan::SM2_PrivateKey national_signer{random, national_group};
  Botan::PK_Signer national_signature{national_signer, random, sm2};
  std::vector<std::uint8_t> session_key = secret(16);
  std::vector<std::uint8_t> data = std::vector<std::uint8_t>(65536 + block);  // as long as anything is
  const std::vector<std::uint8_t> certified = secret(national_certificate);
  const std::vector<std::uint8_t> certification = national_signature.sign_message(certified, random);

  std::vector<std::uint8_t> secret(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    random.randomize(bytes.data(), size);
    return bytes;
  }
  std::unique_ptr<Botan::MessageAuthenticationCode> mac(const std::string& name, std::size_t key_size) {
    auto made = Botan::MessageAuthenticationCode::create_or_throw(name);
    made->set_key(secret(key_size));
    return made;
  }
  std::unique_ptr<Botan::Cipher_Mode> mode(const std::string& name, Botan::Cipher_Dir direction,
                                           std::size_t key_size) {
    auto made = Botan::Cipher_Mode::create_or_throw(name, direction);
    made->set_key(secret(key_size));
    return made;
  }

  /// Room for `size` bytes: an order may be longer than a command.
  std::uint8_t* bytes(std::size_t size) {
    data.resize(std::max(data.size(), size));
    return data.data();
  }

  void authenticate(Botan::MessageAuthenticationCode& code, std::size_t size) {
    std::uint8_t out[32];
    code.update(bytes(size), size);
    code.final(out);
  }
  void crypt(Botan::Cipher_Mode& cbc, std::size_t size) {
    if (size == 0) return;
    std::uint8_t iv[block] = {};
    cipher->encrypt(iv);  // the counter
    cbc.start(iv, block);
    cbc.process(bytes(size), size);
  }
  void digest(std::size_t size) {
    std::uint8_t out[32];
    hash->update(bytes(size), size);
    hash->final(out);
  }
  void unseal(std::size_t size) {
    const std::uint8_t nonce[12] = {};
    sealing->start(nonce, sizeof nonce);
    Botan::secure_vector<std::uint8_t> sealed(size);
    sealing->finish(sealed);
  }
  static void verify(const Botan::Public_Key& public_key, const char* scheme, ByteView message,
                     const std::vector<std::uint8_t>& made) {
    Botan::PK_Verifier verifier(public_key, scheme);
    if (!verifier.verify_message(message.data(), message.size(), made.data(), made.size()))
      throw std::logic_error("the reference's own signature does not verify");
  }
  std::vector<std::uint8_t> sign_nationally(std::size_t size) {
    return national_signature.sign_message(bytes(size), size, random);
  }

  /// A public key as it comes with a card: read from its point.
  template <typename Key>
  static Key read(const Key& known, const Botan::EC_Group& curve) {
    return {curve, curve.OS2ECP(known.public_point().encode(Botan::PointGFp::UNCOMPRESSED))};
  }

  /// Sets a key up for everything of AES-128, as each session has its own.
  void new_keys() {
    key->set_key(session_key);
    cipher->set_key(session_key);
    encryption->set_key(session_key);
    decryption->set_key(session_key);
  }

  void chip_keys() {
    constexpr std::size_t sets = 2, keys_in_set = 3;  // transport and issuer
    for (std::size_t i = 0; i < sets * keys_in_set; ++i) {
      authenticate(*master, derivation_input);
      new_keys();
      std::uint8_t check[block] = {};
      cipher->encrypt(check);
    }
    for (std::size_t i = 0; i < keys_in_set; ++i) crypt(*encryption, block);  // for PUT KEY
  }

  void channel() {
    for (std::size_t derived = 0; derived < 3; ++derived) {
      authenticate(*key, derivation_input);
      new_keys();
    }
    for (std::size_t cryptogram = 0; cryptogram < 2; ++cryptogram) authenticate(*key, derivation_input);
    authenticate(*key, block + 5 + mac_size);  // EXTERNAL AUTHENTICATE
  }

  void exchange(const CryptoWork::Protected& sizes) {
    crypt(*encryption, sizes.command);
    authenticate(*key, block + 5 + sizes.command);
    authenticate(*key, block + sizes.answer + 2);
    crypt(*decryption, sizes.answer);
  }

  /// Signed once; verified like the signer's certificate and the chip's answer: three signatures, two of them
  /// by keys that came with the card.
  void signatures() {
    const ByteView attributes(bytes(signed_attributes), signed_attributes);
    const auto made = signature.sign_message(attributes.data(), attributes.size(), random);
    verify(read<Botan::ECDSA_PublicKey>(signer, group), ecdsa, attributes, made);
    digest(certificate);  // so much longer is what was signed there
    verify(signer, ecdsa, attributes, made);
    verify(read<Botan::ECDSA_PublicKey>(signer, group), ecdsa, attributes, made);
  }

  /// Signed once; verified like its signer's certificate.
  void national_signatures(std::size_t size) {
    const auto made = sign_nationally(size);
    verify(read<Botan::SM2_PublicKey>(national_signer, national_group), sm2, {bytes(size), size}, made);
    verify(national_signer, sm2, certified, certification);
  }
};

BareCryptography::BareCryptography() : tools_(std::make_unique<Tools>()) {}
BareCryptography::~BareCryptography() = default;

Time BareCryptography::time(const CryptoWork& work) {
  constexpr std::size_t order_key = 32;
  const Stopwatch watch;
  tools_->unseal(order_key);
  tools_->unseal(work.order);
  tools_->chip_keys();
  for (std::size_t i = 0; i < work.channels; ++i) tools_->channel();
  for (const auto& sizes : work.exchanges) tools_->exchange(sizes);
  for (int time = 0; time < 2; ++time) {  // when it is signed, and when it is verified
    for (const std::size_t size : work.data_groups) tools_->digest(size);
    tools_->digest(work.security_object);
  }
  tools_->signatures();
  tools_->national_signatures(work.record);
  tools_->authenticate(*tools_->commitment, work.data_groups.size());  // the promise
  return watch.read();
}

void BareCryptography::sign_nationally(std::size_t size) {
  tools_->sign_nationally(size);
}

}  // namespace perso::bench
