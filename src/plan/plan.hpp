// A plan: everything that will stand on one chip. Compiled ahead as far as it is known, completed during the
// run with what only the chip can contribute. The bytes that are hashed and signed are the bytes that are
// written.
#pragma once

#include <functional>
#include <optional>

#include "channel/document_keys.hpp"
#include "crypto/private_key.hpp"
#include "identity/date.hpp"
#include "keys/keys.hpp"
#include "plan/order.hpp"

namespace perso::plan {

/// One file of the plan. Without contents it waits for the second phase.
struct PlannedFile {
  std::string name;
  iso7816::Fid fid;
  std::optional<iso7816::ShortFid> short_fid;
  profile::Access read = profile::Access::always;
  std::optional<Bytes> contents;
};

struct PlannedApplication {
  std::string name;
  iso7816::Aid aid;
  std::vector<PlannedFile> files;
};

/// A key pair that the station made for the chip. Shared by copies of the plan, which never change it.
struct PlannedKey {
  std::string name;
  std::string algorithm;
  std::uint8_t id = 0;
  std::shared_ptr<const crypto::PrivateKey> key;
};

/// What the chip contributes: its identifier and the public halves (uncompressed points) of the keys it made,
/// by profile name.
struct ChipContribution {
  keys::ChipId chip;
  std::map<std::string, Bytes> public_keys;
};

/// Gives the signer of that name in the key set.
using SignerLookup = std::function<const keys::Signer&(const std::string&)>;

struct Plan {
  std::string order_id;
  std::string number;
  std::string replacement;
  std::vector<PlannedApplication> applications;
  std::vector<PlannedKey> keys;
  std::optional<channel::AccessData> access;

  bool complete() const;
  /// Bytes of all files with contents.
  std::size_t size() const;
  /// What the finished card is known by: SHA-256 of EF.SOD; of an edition without one, of all files that can
  /// be read, one after the other. nullopt until everything of it is there.
  std::optional<Bytes> digest() const;
};

/// What opens the card of this order to readers; nullopt where its edition opens to everybody.
std::optional<channel::AccessData> access_of(const profile::Profile& profile, const Order& order);

/// What encoding takes besides profile and order.
struct Workshop {
  const SignerLookup& signers;
  Random& random;
  Instant now;
};

/// First phase: encodes, hashes and signs whatever needs no chip, and makes the keys that are injected.
/// @throws Error crypto_failed, key_missing, chip_full, portrait_invalid
Plan compile(const profile::Profile& profile, const Order& order, const Workshop& workshop);

/// Second phase: encodes the files that wait, in dependency order, and signs. @throws Error crypto_failed,
/// key_missing, chip_full
void complete(Plan& plan, const profile::Profile& profile, const ChipContribution& chip,
              const Workshop& workshop);

}  // namespace perso::plan
