#include "vchip/block_cipher_card.hpp"

#include "crypto/des.hpp"

namespace perso::vchip {

namespace {

constexpr std::size_t mac_size = 8;

}  // namespace

Bytes padded(Bytes bytes, std::size_t block) {
  bytes.push_back(0x80);
  bytes.resize((bytes.size() + block - 1) / block * block);
  return bytes;
}

std::optional<Bytes> unpadded(Bytes bytes, std::size_t block) {
  const std::size_t size = bytes.size();
  while (!bytes.empty() && bytes.back() == 0x00) bytes.pop_back();
  if (bytes.empty() || bytes.back() != 0x80 || size - bytes.size() >= block) return std::nullopt;
  bytes.pop_back();
  return bytes;
}

Bytes cbc_encrypt(Cipher cipher, const Secret& key, ByteView iv, ByteView blocks) {
  return cipher == Cipher::triple_des ? crypto::des3_cbc_encrypt(key, iv, blocks)
                                      : crypto::aes_cbc_encrypt(key, iv, blocks);
}

Bytes cbc_decrypt(Cipher cipher, const Secret& key, ByteView iv, ByteView blocks) {
  return cipher == Cipher::triple_des ? crypto::des3_cbc_decrypt(key, iv, blocks)
                                      : crypto::aes_cbc_decrypt(key, iv, blocks);
}

Bytes mac(Cipher cipher, const Secret& key, ByteView message) {
  if (cipher == Cipher::triple_des) return crypto::retail_mac(key, message);
  Bytes code = crypto::aes_cmac(key, message);
  code.resize(mac_size);
  return code;
}

}  // namespace perso::vchip
