#include "rehearsal/blank.hpp"

namespace perso::rehearsal {

vchip::Chip make_blank(const profile::Profile& profile, const keys::KeySet& keys,
                       const vchip::Hardware& hardware, Random& random) {
  vchip::ChipConfig config;
  config.hardware = hardware;
  // The two platforms that there are: one has key sets, the other has none.
  config.platform =
      profile.chip.platform->key_sets ? vchip::Platform::globalplatform : vchip::Platform::iso7816;
  if (const auto& transport = profile.chip.transport) {
    keys::ChipId id;
    const Bytes chip_id = hardware.chip_id();
    std::ranges::copy(chip_id, id.bytes.begin());
    config.transport_keys.version = transport->version;
    config.transport_keys.keys = keys.manufacturer_keys(transport->from, transport->version, id);
  }
  vchip::Nvm nvm;
  vchip::Chip::make(config, nvm);
  return vchip::Chip(std::move(nvm), random);
}

}  // namespace perso::rehearsal
