// A card edition, ready to be made: profile, keys, whom to trust, what is promised of every card.
#pragma once

#include "inspect/inspect.hpp"
#include "keys/key_set.hpp"
#include "plan/plan.hpp"

namespace perso::run {

/// Whom a station believes of itself: its trust anchors, production or specimen, and their revocation lists.
inspect::TrustStore trust_of(const keys::KeySet& keys);

/// What all runs of a line share: the edition, the keys, whom to trust. Read-only, used by every writer's
/// thread.
struct Edition {
  const profile::Profile& profile;
  const keys::CardKeys* transport;  // both nullptr on a platform without key sets
  const keys::CardKeys* issuer;
  plan::SignerLookup signers;
  inspect::TrustStore trust;
  inspect::Edition inspected;
  std::size_t command_limit = 65535;  // largest command data field that the readers take
};

/// An edition with the keys of a station. Profile and key set must outlive it.
class OpenEdition {
 public:
  /// @throws Error Code::key_missing for a master key or signer that the set has not, and for a signer that
  /// cannot sign what the profile names it for
  OpenEdition(const profile::Profile& profile, const keys::KeySet& keys, std::size_t command_limit);
  const Edition& operator*() const { return edition_; }
  const Edition* operator->() const { return &edition_; }

 private:
  std::unique_ptr<keys::CardKeys> transport_, issuer_;
  Edition edition_;
};

}  // namespace perso::run
