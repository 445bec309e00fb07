#include "channel/session_cipher.hpp"

#include "channel/document_keys.hpp"
#include "channel/padding.hpp"
#include "crypto/des.hpp"

namespace perso::channel {

namespace {

constexpr std::size_t mac_size = 8;

class TripleDes final : public SessionCipher {
 public:
  TripleDes(Secret encryption, Secret mac) : encryption_(std::move(encryption)), mac_(std::move(mac)) {}

  std::size_t block_size() const override { return 8; }
  Bytes encrypt(ByteView, ByteView plain) override { return encryption_.cbc_encrypt(zero_iv(), plain); }
  Bytes decrypt(ByteView, ByteView cipher) override { return encryption_.cbc_decrypt(zero_iv(), cipher); }
  Bytes mac(ByteView blocks) override { return mac_.retail_mac(blocks); }
  Bytes token(ByteView message) override { return mac(padded(message, block_size())); }

 private:
  Bytes zero_iv() const { return Bytes(block_size(), 0x00); }

  crypto::TripleDesKey encryption_, mac_;
};

class Aes final : public SessionCipher {
 public:
  Aes(Secret encryption, Secret mac) : encryption_(std::move(encryption)), mac_(std::move(mac)) {}

  std::size_t block_size() const override { return 16; }
  Bytes encrypt(ByteView counter, ByteView plain) override {
    return encryption_.cbc_encrypt(encryption_.encrypt_block(counter), plain);
  }
  Bytes decrypt(ByteView counter, ByteView cipher) override {
    return encryption_.cbc_decrypt(encryption_.encrypt_block(counter), cipher);
  }
  Bytes mac(ByteView blocks) override { return token(blocks); }
  Bytes token(ByteView message) override {
    Bytes mac = mac_.cmac(message);
    mac.resize(mac_size);
    return mac;
  }

 private:
  crypto::AesKey encryption_, mac_;
};

}  // namespace

std::unique_ptr<SessionCipher> triple_des(Secret encryption, Secret mac) {
  return std::make_unique<TripleDes>(std::move(encryption), std::move(mac));
}

std::unique_ptr<SessionCipher> aes(Secret encryption, Secret mac) {
  return std::make_unique<Aes>(std::move(encryption), std::move(mac));
}

std::unique_ptr<SessionCipher> session_cipher(Cipher cipher, const Secret& shared) {
  KeyPair keys = derive_key_pair(shared.expose(), cipher);
  return cipher == Cipher::triple_des ? triple_des(std::move(keys.encryption), std::move(keys.mac))
                                      : aes(std::move(keys.encryption), std::move(keys.mac));
}

}  // namespace perso::channel
