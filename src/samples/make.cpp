#include "bytes/error.hpp"
#include "lds/dg1.hpp"
#include "rehearsal/blank.hpp"
#include "run/edition.hpp"
#include "run/steps.hpp"
#include "samples/treatment.hpp"

namespace perso::samples {

namespace {

/// Readers of any kind can take the kit: the chip is written with the largest commands all the same.
constexpr std::size_t command_limit = 65535;

/// The chip without a reader.
class BareCard final : public iso7816::Card {
 public:
  explicit BareCard(vchip::Chip& chip) : chip_(chip) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    return iso7816::ResponseApdu::parse(chip_.process(command.encode()));
  }

 private:
  vchip::Chip& chip_;
};

const keys::Signer& signer_of(Treatment treatment, const std::string& name, const keys::KeySet& keys) {
  if (name != "document-signer") return keys.signer(name);
  if (treatment == Treatment::revoked_signer) return keys.sample_signer("sample-revoked-signer");
  if (treatment == Treatment::unknown_signer) return keys.sample_signer("sample-unknown-signer");
  return keys.signer(name);
}

}  // namespace

Printed make(const Sample& sample, const plan::Order& order, const profile::Profile& edition,
             const keys::KeySet& keys, vchip::Chip& blank, Random& random, Instant now) {
  const plan::SignerLookup signers = [&](const std::string& name) -> const keys::Signer& {
    return signer_of(sample.treatment, name, keys);
  };
  const plan::Workshop workshop{signers, random, now};
  const run::OpenEdition station(edition, keys, command_limit);
  plan::Plan plan = plan::compile(edition, order, workshop);

  blank.power_on();
  BareCard card(blank);
  const auto driver = chip::make_driver(*edition.chip.platform, card, random, command_limit);
  const keys::ChipId chip = driver->identify().chip.value();
  const auto transport = station->transport->for_chip(chip), issuer = station->issuer->for_chip(chip);
  chip::ProgressMark mark{};
  random.fill(mark);
  driver->open(transport.get());
  driver->mark(mark);
  run::install(*driver, plan);
  driver->replace_keys(*issuer);
  const plan::ChipContribution contribution{chip, run::generate_keys(*driver, edition)};
  run::inject_keys(*driver, edition, plan);
  run::set_access(*driver, edition, plan);

  treat_before(sample.treatment, plan);
  plan::complete(plan, edition, contribution, workshop);
  treat_after(sample.treatment, plan, signers("document-signer"), now);
  for (const plan::PlannedApplication& application : plan.applications)
    driver->write(application.aid, run::images_of(application));
  // The files tell of the first keys; the chip has others.
  if (sample.treatment == Treatment::cloned_chip) run::generate_keys(*driver, edition);
  driver->lock();
  blank.power_off();
  return {plan.access.value_or(channel::AccessData{}), zone_of(plan)};
}

}  // namespace perso::samples
