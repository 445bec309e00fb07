// A plan: everything that will stand on one chip. Compiled ahead as far as it is known, completed during the
// run with what only the chip can contribute. The bytes that are hashed and signed are the bytes that are
// written.
#pragma once

#include <functional>
#include <optional>

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

  bool complete() const;
  /// Bytes of all files with contents.
  std::size_t size() const;
  /// SHA-256 of the application's EF.SOD; nullopt until it is there.
  std::optional<Bytes> sod_digest() const;
};

/// First phase: encodes whatever needs no chip.
Plan compile(const profile::Profile& profile, const Order& order);

/// Second phase: encodes the files that wait, in dependency order, and signs. @throws Error crypto_failed,
/// key_missing, chip_full
void complete(Plan& plan, const profile::Profile& profile, const ChipContribution& chip,
              const SignerLookup& signers, Instant now);

}  // namespace perso::plan
