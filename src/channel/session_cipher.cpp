#include "channel/session_cipher.hpp"

#include "crypto/des.hpp"

namespace perso::channel {

namespace {

class TripleDes final : public SessionCipher {
 public:
  TripleDes(Secret encryption, Secret mac) : encryption_(std::move(encryption)), mac_(std::move(mac)) {}

  std::size_t block_size() const override { return 8; }
  Bytes encrypt(ByteView, ByteView plain) const override {
    return crypto::des3_cbc_encrypt(encryption_, zero_iv(), plain);
  }
  Bytes decrypt(ByteView, ByteView cipher) const override {
    return crypto::des3_cbc_decrypt(encryption_, zero_iv(), cipher);
  }
  Bytes mac(ByteView counter, ByteView message) const override {
    return crypto::retail_mac(mac_, concat({counter, message}));
  }

 private:
  Bytes zero_iv() const { return Bytes(block_size(), 0x00); }

  Secret encryption_, mac_;
};

}  // namespace

std::unique_ptr<SessionCipher> triple_des(Secret encryption, Secret mac) {
  return std::make_unique<TripleDes>(std::move(encryption), std::move(mac));
}

}  // namespace perso::channel
