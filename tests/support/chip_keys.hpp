// A key set in clear and a random source that is none, for tests.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "crypto/primitives.hpp"
#include "keys/keys.hpp"

namespace perso::test {

/// The three keys of a chip, as a vector or a virtual chip has them.
class ClearChipKeys final : public keys::ChipKeys {
 public:
  ClearChipKeys(std::uint8_t version, ByteView enc, ByteView mac, ByteView dek)
      : version_(version), keys_{Secret::copy_of(enc), Secret::copy_of(mac), Secret::copy_of(dek)} {}

  std::uint8_t version() const override { return version_; }
  std::size_t key_size() const override { return keys_[0].size(); }
  keys::Kcv kcv(keys::Role role) const override {
    const Bytes encrypted = crypto::aes_encrypt_block(of(role), Bytes(16, 0x01));
    keys::Kcv check;
    std::copy_n(encrypted.begin(), check.bytes.size(), check.bytes.begin());
    return check;
  }
  Bytes cmac(keys::Role role, ByteView message) const override { return crypto::aes_cmac(of(role), message); }
  Bytes wrapped_under(const ChipKeys& current, keys::Role role) const override {
    const ByteView key = of(role).expose();
    Bytes whole_blocks(key.begin(), key.end());
    whole_blocks.resize((key.size() + 15) / 16 * 16);
    const auto& wrapping = dynamic_cast<const ClearChipKeys&>(current).of(keys::Role::dek);
    return crypto::aes_cbc_encrypt(wrapping, Bytes(16), whole_blocks);
  }
  const Secret& of(keys::Role role) const { return keys_[static_cast<std::size_t>(role) - 1]; }

 private:
  std::uint8_t version_;
  std::array<Secret, 3> keys_;
};

/// Gives these bytes over and over.
class RepeatedRandom final : public Random {
 public:
  explicit RepeatedRandom(Bytes bytes) : bytes_(std::move(bytes)) {
    if (bytes_.empty()) throw std::invalid_argument("a random source needs a byte");
  }
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = bytes_[next_++ % bytes_.size()];
  }

 private:
  Bytes bytes_;
  std::size_t next_ = 0;
};

}  // namespace perso::test
