// The station's key set on disk: a folder of encrypted files, made once and opened with a passphrase.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "crypto/crl.hpp"
#include "keys/keys.hpp"

namespace perso::keys {

/// Files in DIR (0700), each 0600: key-set.yaml (names, purposes, algorithms, KCVs, `parameters:
/// explicit|named`, `specimen: true`), NAME.p8 (signing keys, PKCS#8 DER under a passphrase), NAME.crt
/// (certificate, DER), NAME.crl (a trust anchor's revocation list, DER), NAME.key (32-byte master keys sealed
/// under the passphrase). The passphrase is stretched once, under one salt for all files; the master keys are
/// bound to every byte of key-set.yaml, so that `specimen`, a purpose or a fingerprint cannot be changed
/// behind the station's back. Const members are thread-safe. Names of the specimen set: csca, document-signer
/// (P-256); national-csca, national-signer (SM2); transport-master, issuer-master, ledger-master (AES-256).
/// For samples of cards that are to be refused, all P-256: sample-revoked-signer, which csca issued and
/// revoked; sample-unknown-csca, no trust anchor, and sample-unknown-signer, which it issued.
class KeySet {
 public:
  struct Description {  // what may be shown of one key
    std::string name, purpose, algorithm;
    std::string check;  // KCV of a secret key, SHA-256 fingerprint of a certificate
  };

  /// Makes the specimen keys, their certificates and the first revocation lists, with the sample alone. Each
  /// subject and issuer name says SPECIMEN. `parameters` is how P-256 is said; SM2's curve is named always.
  /// @throws Error Code::keys_locked for a passphrase below 12 bytes; Code::key_damaged where DIR exists and
  /// is not empty
  static void make_specimen(const std::filesystem::path& dir, const Secret& passphrase,
                            crypto::EcParameters parameters, Instant now, Random& random);

  /// Opens every key at once, so that a wrong passphrase is found before a card is touched. A CSCA's
  /// private key is seen to open and dropped: a station issues no signers. The random source must outlive the
  /// set and whatever it gave.
  /// @throws Error keys_locked, key_missing, key_damaged
  static KeySet open(const std::filesystem::path& dir, const Secret& passphrase, Random& random);

  /// A key that signs documents or other files. @throws Error Code::key_missing
  const Signer& signer(const std::string& name) const;
  /// A signer of samples, whom nobody is to believe: for the kit of samples alone, never by a name that an
  /// edition chose. @throws Error Code::key_missing
  const Signer& sample_signer(const std::string& name) const;
  std::unique_ptr<CardKeys> card_keys(const std::string& master, std::uint8_t version,
                                      std::size_t key_size = 16) const;
  const LedgerKeys& ledger() const;
  std::vector<crypto::Certificate> trust_anchors() const;  // the CSCAs
  std::vector<crypto::Crl> revocations() const;            // the list of each
  std::vector<Description> descriptions() const;
  bool specimen() const;

  /// What the manufacturer of a virtual chip puts into it: the three transport keys in clear (enc, mac, dek).
  /// A specimen key set alone gives them, and of its transport master alone; 16 bytes each. @throws Error
  /// Code::key_missing for any other
  std::array<Secret, 3> manufacturer_keys(const std::string& master, std::uint8_t version,
                                          const ChipId& chip) const;

  KeySet(KeySet&&) noexcept;
  ~KeySet();

 private:
  struct Impl;
  explicit KeySet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace perso::keys
