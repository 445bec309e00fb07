#include "run/edition.hpp"

namespace perso::run {

namespace {

std::unique_ptr<keys::CardKeys> card_keys(const keys::KeySet& keys,
                                          const std::optional<profile::MasterKey>& master) {
  return master ? keys.card_keys(master->from, master->version) : nullptr;
}

}  // namespace

OpenEdition::OpenEdition(const profile::Profile& profile, const keys::KeySet& keys, std::size_t command_limit)
    : transport_(card_keys(keys, profile.chip.transport)),
      issuer_(card_keys(keys, profile.chip.issuer)),
      edition_{profile,
               transport_.get(),
               issuer_.get(),
               [&keys](const std::string& name) -> const keys::Signer& { return keys.signer(name); },
               {keys.trust_anchors(), keys.revocations()},
               promises_of(profile),
               command_limit} {}

}  // namespace perso::run
