#include "keys/software.hpp"

#include <algorithm>

#include "bytes/error.hpp"

namespace perso::keys {

namespace {

constexpr std::size_t block_size = 16;
constexpr std::size_t order_key_size = 32;

ByteView label_of(Role role) {
  switch (role) {
    case Role::enc:
      return as_bytes("SCP03-ENC");
    case Role::mac:
      return as_bytes("SCP03-MAC");
    case Role::dek:
      return as_bytes("SCP03-DEK");
  }
  throw Error(Code::key_missing, "a chip's key set has the roles enc, mac and dek");
}

class SoftwareSigner final : public Signer {
 public:
  SoftwareSigner(crypto::EcPrivateKey key, crypto::Certificate certificate, Random& random)
      : key_(std::move(key)), certificate_(std::move(certificate)), random_(random) {}

  Bytes sign(ByteView message) const override { return key_.sign(message, random_); }
  const crypto::Certificate& certificate() const override { return certificate_; }

 private:
  crypto::EcPrivateKey key_;
  crypto::Certificate certificate_;
  Random& random_;
};

class SoftwareChipKeys final : public ChipKeys {
 public:
  SoftwareChipKeys(const Secret& master, std::uint8_t version, const ChipId& chip, std::size_t key_size)
      : version_(version),
        keys_{diversified(master, Role::enc, version, chip, key_size),
              diversified(master, Role::mac, version, chip, key_size),
              diversified(master, Role::dek, version, chip, key_size)} {}

  std::uint8_t version() const override { return version_; }
  std::size_t key_size() const override { return keys_[0].size(); }
  Kcv kcv(Role role) const override { return kcv_of(key(role)); }
  Bytes cmac(Role role, ByteView message) const override { return crypto::aes_cmac(key(role), message); }

  Bytes wrapped_under(const ChipKeys& current, Role role) const override {
    const auto* own = dynamic_cast<const SoftwareChipKeys*>(&current);
    if (own == nullptr) throw Error(Code::key_missing, "a key is wrapped under a key of the same store only");
    // A 24-byte key is filled up to whole blocks; the length that PUT KEY sends in front says where it ends.
    const ByteView plain = key(role).expose();
    Bytes padded((plain.size() + block_size - 1) / block_size * block_size);
    std::ranges::copy(plain, padded.begin());
    Bytes wrapped = crypto::aes_cbc_encrypt(own->key(Role::dek), Bytes(block_size), padded);
    wipe(padded);
    return wrapped;
  }

 private:
  const Secret& key(Role role) const { return keys_.at(static_cast<std::size_t>(role) - 1); }

  std::uint8_t version_;
  std::array<Secret, 3> keys_;  // enc, mac, dek
};

class SoftwareCardKeys final : public CardKeys {
 public:
  SoftwareCardKeys(Secret master, std::uint8_t version, std::size_t key_size)
      : master_(std::move(master)), version_(version), key_size_(key_size) {}

  std::unique_ptr<ChipKeys> for_chip(const ChipId& chip) const override {
    return std::make_unique<SoftwareChipKeys>(master_, version_, chip, key_size_);
  }

 private:
  Secret master_;
  std::uint8_t version_;
  std::size_t key_size_;
};

class SoftwareLedgerKeys final : public LedgerKeys {
 public:
  SoftwareLedgerKeys(Secret master, Random& random)
      : master_(std::move(master)), wrapping_(subkey("ledger order keys", "")), random_(random) {}

  Bytes commit(std::string_view purpose, ByteView message) const override {
    return crypto::hmac_sha256(subkey("ledger commit", purpose), message);
  }

  Secret new_order_key() const override {
    Bytes key(order_key_size);
    random_.fill(key);
    return Secret(std::move(key));
  }

  Bytes wrap(const Secret& order_key, ByteView bound_to) const override {
    return crypto::seal(wrapping_, order_key, bound_to, random_);
  }

  Bytes seal(const Secret& order_key, const Secret& plain, ByteView bound_to) const override {
    return crypto::seal(order_key, plain, bound_to, random_);
  }

  Secret unwrap(ByteView wrapped, ByteView bound_to) const override {
    return crypto::open(wrapping_, wrapped, bound_to);
  }

 private:
  Secret subkey(std::string_view label, std::string_view context) const {
    return crypto::sp800_108_cmac(master_, as_bytes(label), as_bytes(context), 32);
  }

  Secret master_;
  Secret wrapping_;
  Random& random_;
};

}  // namespace

Kcv kcv_of(const Secret& key) {
  const Bytes block = crypto::aes_encrypt_block(key, Bytes(block_size, 0x01));
  Kcv kcv;
  std::copy_n(block.begin(), kcv.bytes.size(), kcv.bytes.begin());
  return kcv;
}

Secret diversified(const Secret& master, Role role, std::uint8_t version, const ChipId& chip,
                   std::size_t key_size) {
  return crypto::sp800_108_cmac(master, concat({label_of(role), ByteView(&version, 1)}), chip.bytes,
                                key_size);
}

std::unique_ptr<Signer> software_signer(crypto::EcPrivateKey key, crypto::Certificate certificate,
                                        Random& random) {
  return std::make_unique<SoftwareSigner>(std::move(key), std::move(certificate), random);
}

std::unique_ptr<CardKeys> software_card_keys(const Secret& master, std::uint8_t version,
                                             std::size_t key_size) {
  const bool version_exists = version >= 0x01 && version <= 0x7F;
  const bool size_exists = key_size == 16 || key_size == 24 || key_size == 32;
  if (!version_exists || !size_exists) {
    throw Error(Code::key_missing,
                "a chip's key set has a version of 01 to 7F and keys of 16, 24 or 32 bytes");
  }
  return std::make_unique<SoftwareCardKeys>(Secret::copy_of(master.expose()), version, key_size);
}

std::unique_ptr<LedgerKeys> software_ledger_keys(Secret master, Random& random) {
  return std::make_unique<SoftwareLedgerKeys>(std::move(master), random);
}

}  // namespace perso::keys
