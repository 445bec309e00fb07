#include "keys/key_set.hpp"

#include <algorithm>

#include "bytes/error.hpp"
#include "keys/description.hpp"
#include "keys/files.hpp"
#include "keys/passphrase.hpp"
#include "keys/software.hpp"

namespace perso::keys {

namespace {

[[noreturn]] void damaged(const std::string& name, const char* what) {
  throw Error(Code::key_damaged, "key " + name + " " + what + ": restore the key set from its backup");
}

[[noreturn]] void missing(const std::string& what) {
  throw Error(Code::key_missing, what);
}

/// What does not open although the passphrase is right has been damaged; a missing file stays a missing file.
template <typename Read>
auto intact(const std::string& name, Read&& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() == Code::key_missing || error.code() == Code::key_damaged) throw;
    damaged(name, "does not open");
  }
}

using Signers = std::map<std::string, std::unique_ptr<Signer>>;

const Signer& signer_in(const Signers& signers, const std::string& name) {
  if (const auto found = signers.find(name); found != signers.end()) return *found->second;
  missing(
      "the key set has no signer '" + name +
      "': it was made without it; `perso init` with another --home makes a specimen set that has them all");
}

std::string_view curve_of(std::string_view algorithm) {
  return algorithm == sm2_algorithm ? "sm2p256v1" : "secp256r1";
}

struct SigningKey {
  crypto::EcPrivateKey key;
  crypto::Certificate certificate;
};

/// Opens one key after the other, under the passphrase stretched once.
class Opener {
 public:
  Opener(std::filesystem::path dir, const Secret& passphrase)
      : dir_(std::move(dir)),
        yaml_(read_file(dir_ / "key-set.yaml")),
        description_(SetDescription::from_yaml(as_text(yaml_), dir_ / "key-set.yaml")),
        keys_(passphrase, description_.salt) {
    if (!equal_constant_time(keys_.check, description_.passphrase_check)) {
      throw Error(Code::keys_locked, "the passphrase does not open the key set in " + dir_.string());
    }
  }

  const SetDescription& description() const { return description_; }

  SigningKey signing_key(const KeySet::Description& key) const {
    return intact(key.name, [&] {
      auto certificate = crypto::Certificate::parse(read_file(dir_ / (key.name + ".crt")));
      auto private_key = crypto::EcPrivateKey::from_pkcs8(
          crypto::decrypt_pkcs8(read_file(dir_ / (key.name + ".p8")), description_.salt, keys_.signing));
      if (to_hex(crypto::digest(crypto::Hash::sha256, certificate.der())) != key.check ||
          certificate.public_key() != crypto::PublicKey(private_key.public_key())) {
        damaged(key.name, "is not its certificate's");
      }
      if (private_key.public_key().curve() != curve_of(key.algorithm))
        damaged(key.name, "is of another algorithm than the key set says");
      return SigningKey{std::move(private_key), std::move(certificate)};
    });
  }

  crypto::Crl revocations(const KeySet::Description& key, const crypto::Certificate& anchor) const {
    return intact(key.name, [&] {
      auto list = crypto::Crl::parse(read_file(dir_ / (key.name + ".crl")));
      if (!list.signed_by(anchor)) damaged(key.name, "has a revocation list that it did not sign");
      return list;
    });
  }

  Secret master(const KeySet::Description& key) const {
    return intact(key.name, [&] {
      Secret out =
          crypto::open(keys_.masters, read_file(dir_ / (key.name + ".key")), binding(key.name, yaml_));
      if (kcv_of(out).hex() != key.check) damaged(key.name, "has another check value");
      return out;
    });
  }

 private:
  std::filesystem::path dir_;
  Bytes yaml_;
  SetDescription description_;
  PassphraseKeys keys_;
};

}  // namespace

struct KeySet::Impl {
  struct CardMaster {
    Secret key;
    bool transport;
  };
  SetDescription description;
  std::vector<crypto::Certificate> anchors;
  std::vector<crypto::Crl> revocations;
  Signers signers;
  Signers sample_signers;  // that nobody is to believe
  std::map<std::string, CardMaster> card_masters;
  std::unique_ptr<LedgerKeys> ledger;

  const Secret& card_master(const std::string& name) const {
    const auto found = card_masters.find(name);
    if (found == card_masters.end()) missing("the key set has no master key '" + name + "' for cards");
    return found->second.key;
  }
  void take(const Opener& opener, const Description& key, Random& random);
  void check() const;
};

void KeySet::Impl::take(const Opener& opener, const Description& key, Random& random) {
  if (key.algorithm == master_algorithm) {
    Secret master = opener.master(key);
    if (key.purpose == purpose::ledger) {
      if (ledger != nullptr) damaged(key.name, "is a second one for the ledger");
      ledger = software_ledger_keys(std::move(master), random);
    } else {
      card_masters.emplace(key.name, CardMaster{std::move(master), key.purpose == purpose::transport_keys});
    }
    return;
  }
  SigningKey opened = opener.signing_key(key);
  if (key.purpose == purpose::trust_anchor) {
    revocations.push_back(opener.revocations(key, opened.certificate));
    anchors.push_back(std::move(opened.certificate));  // its private key is seen to open, and dropped
    return;
  }
  auto& place = key.purpose == purpose::sample_signing ? sample_signers : signers;
  place.emplace(key.name, software_signer(std::move(opened.key), std::move(opened.certificate), random));
}

/// What a station cannot do without, and that no signer came in from elsewhere.
void KeySet::Impl::check() const {
  if (ledger == nullptr) missing("the key set has no key for the ledger");
  if (anchors.empty()) missing("the key set has no trust anchor");
  if (!description.specimen && !sample_signers.empty())
    damaged(sample_signers.begin()->first, "signs samples, which a specimen set alone does");
  for (const auto& [name, signer] : signers) {
    const crypto::Certificate& certificate = signer->certificate();
    const auto issued_it = [&](const crypto::Certificate& anchor) {
      return anchor.is_ca() && certificate.signed_by(anchor);
    };
    if (std::ranges::none_of(anchors, issued_it))
      damaged(name, "was not issued by one of the set's trust anchors");
  }
}

KeySet::KeySet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet::~KeySet() = default;

KeySet KeySet::open(const std::filesystem::path& dir, const Secret& passphrase, Random& random) {
  const Opener opener(dir, passphrase);
  auto impl = std::make_unique<Impl>();
  impl->description = opener.description();
  for (const Description& key : impl->description.keys) impl->take(opener, key, random);
  impl->check();
  return KeySet(std::move(impl));
}

const Signer& KeySet::signer(const std::string& name) const {
  return signer_in(impl_->signers, name);
}

const Signer& KeySet::sample_signer(const std::string& name) const {
  return signer_in(impl_->sample_signers, name);
}

std::unique_ptr<CardKeys> KeySet::card_keys(const std::string& master, std::uint8_t version,
                                            std::size_t key_size) const {
  return software_card_keys(impl_->card_master(master), version, key_size);
}

const LedgerKeys& KeySet::ledger() const {
  return *impl_->ledger;
}

std::vector<crypto::Certificate> KeySet::trust_anchors() const {
  return impl_->anchors;
}

std::vector<crypto::Crl> KeySet::revocations() const {
  return impl_->revocations;
}

std::vector<KeySet::Description> KeySet::descriptions() const {
  return impl_->description.keys;
}

bool KeySet::specimen() const {
  return impl_->description.specimen;
}

std::array<Secret, 3> KeySet::manufacturer_keys(const std::string& master, std::uint8_t version,
                                                const ChipId& chip) const {
  const Secret& key = impl_->card_master(master);
  if (!specimen() || !impl_->card_masters.at(master).transport) {
    missing("the keys of a chip are shown for the transport master of a specimen set only");
  }
  constexpr std::size_t key_size = 16;
  return {diversified(key, Role::enc, version, chip, key_size),
          diversified(key, Role::mac, version, chip, key_size),
          diversified(key, Role::dek, version, chip, key_size)};
}

}  // namespace perso::keys
