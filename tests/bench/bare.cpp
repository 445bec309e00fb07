#include "bench/bare.hpp"

#include <botan/aead.h>

#include "bench/reference.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t block = 16, mac_size = 8;
constexpr std::size_t derivation_input = 32;  // of SCP03 and of the diversification, bytes

/// What was encrypted in an answer: whole blocks in front of the MAC and the status word.
std::size_t encrypted(const Bytes& answer) {
  return answer.size() < mac_size + 2 ? 0 : answer.size() - mac_size - 2;
}

}  // namespace

void add_issuer_channels(CryptoWork& work, const std::vector<Exchange>& exchanges) {
  for (const Exchange& exchange : exchanges) {
    const auto command = iso7816::CommandApdu::parse(exchange.command);
    if ((command.cla & 0x84) == 0x84 && command.ins == 0x82) {  // EXTERNAL AUTHENTICATE: a MAC alone
      ++work.channels;                                          // perhaps through the access channel
      continue;
    }
    if ((command.cla & 0x0C) != 0x04) continue;  // with bit 4 it is the access channel's
    work.exchanges.push_back({command.data.size() - mac_size, encrypted(exchange.answer)});
  }
}

struct BareCryptography::Tools {
  Reference reference;
  BareInspection inspection{reference};
  std::unique_ptr<Botan::MessageAuthenticationCode> master = reference.mac("CMAC(AES-256)", 32);
  std::unique_ptr<Botan::MessageAuthenticationCode> key = reference.mac("CMAC(AES-128)", 16);
  std::unique_ptr<Botan::MessageAuthenticationCode> commitment = reference.mac("HMAC(SHA-256)", 32);
  std::unique_ptr<Botan::BlockCipher> cipher = Botan::BlockCipher::create_or_throw("AES-128");
  std::unique_ptr<Botan::Cipher_Mode> encryption =
      reference.mode("AES-128/CBC/NoPadding", Botan::ENCRYPTION, 16);
  std::unique_ptr<Botan::Cipher_Mode> decryption =
      reference.mode("AES-128/CBC/NoPadding", Botan::DECRYPTION, 16);
  std::unique_ptr<Botan::Cipher_Mode> sealing = reference.mode("AES-256/GCM", Botan::ENCRYPTION, 32);
  const std::vector<std::uint8_t> session_key = reference.secret(16);

  void authenticate(Botan::MessageAuthenticationCode& code, std::size_t size) {
    reference.authenticate(code, size);
  }
  void crypt(Botan::Cipher_Mode& cbc, std::size_t size) {
    if (size == 0) return;
    std::uint8_t iv[block] = {};
    cipher->encrypt(iv);  // the counter
    reference.crypt(cbc, iv, size);
  }
  void unseal(std::size_t size) {
    const std::uint8_t nonce[12] = {};
    sealing->start(nonce, sizeof nonce);
    Botan::secure_vector<std::uint8_t> sealed(size);
    sealing->finish(sealed);
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

  /// When it is made.
  void sign(const DocumentWork& document) {
    for (const std::size_t size : document.data_groups) reference.digest(size);
    reference.digest(document.security_object);  // for the promise
    reference.sign_document();
    if (document.card_security) reference.sign_document();
    reference.sign_nationally(document.record);
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
  tools_->sign(work.document);
  for (const AccessWork& access : work.accesses) tools_->inspection.open(access);
  tools_->inspection.judge(work.document);
  tools_->authenticate(*tools_->commitment, work.document.data_groups.size());  // the promise
  return watch.read();
}

void BareCryptography::sign_nationally(std::size_t size) {
  tools_->reference.sign_nationally(size);
}

}  // namespace perso::bench
