#include "run/edition.hpp"

#include "edition/promises.hpp"
#include "plan/signers.hpp"

namespace perso::run {

namespace {

std::unique_ptr<keys::CardKeys> card_keys(const keys::KeySet& keys,
                                          const std::optional<profile::MasterKey>& master) {
  return master ? keys.card_keys(master->from, master->version) : nullptr;
}

}  // namespace

inspect::TrustStore trust_of(const keys::KeySet& keys) {
  inspect::TrustStore trust;
  const inspect::Trust own = keys.specimen() ? inspect::Trust::specimen : inspect::Trust::production;
  for (crypto::Certificate& anchor : keys.trust_anchors()) trust.add(std::move(anchor), own);
  for (crypto::Crl& list : keys.revocations()) trust.add(std::move(list));
  return trust;
}

OpenEdition::OpenEdition(const profile::Profile& profile, const keys::KeySet& keys, std::size_t command_limit)
    : transport_(card_keys(keys, profile.chip.transport)),
      issuer_(card_keys(keys, profile.chip.issuer)),
      edition_{profile,
               transport_.get(),
               issuer_.get(),
               [&keys](const std::string& name) -> const keys::Signer& { return keys.signer(name); },
               trust_of(keys),
               edition::inspected_edition(profile),
               command_limit} {
  plan::require_able_signers(profile, edition_.signers);
}

}  // namespace perso::run
