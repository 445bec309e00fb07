#include "bench/station.hpp"

#include "crypto/primitives.hpp"
#include "identity/number.hpp"
#include "plan/batch.hpp"
#include "rehearsal/blank.hpp"

namespace perso::bench {

namespace {

constexpr const char* profile_folder = PERSO_SOURCE_DIR "/profiles/prc-2023";

std::vector<plan::Order> sample_of(const plan::Intake& intake) {
  std::vector<plan::Order> sample;
  plan::read_batch(std::filesystem::path(profile_folder) / "sample/orders.csv", intake,
                   [&](plan::Order&& order) { sample.push_back(std::move(order)); });
  return sample;
}

/// The same holder with the sequence of another.
std::string with_sequence(const std::string& number, std::size_t sequence) {
  const std::string digits = number.substr(0, 14) + std::to_string(1000 + sequence % 1000).substr(1);
  return digits + identity::check_character_18(digits);
}

}  // namespace

keys::KeySet specimen_keys(const std::filesystem::path& folder, Instant now, Random& random) {
  const Secret passphrase = Secret::copy_of(as_bytes("fit for a benchmark"));
  keys::KeySet::make_specimen(folder, passphrase, crypto::EcParameters::explicit_curve, now, random);
  return keys::KeySet::open(folder, passphrase, random);
}

Station::Station(std::size_t orders, const std::vector<Bytes>& portraits)
    : random(crypto::system_random()),
      profile(profile::load(profile_folder)),
      keys(specimen_keys(scratch.path / "keys", clock.now(), *random)) {
  const ledger::Actor actor{"bench", "bench"};
  ledger::Ledger::create(scratch.path, keys.ledger(), clock, actor);
  ledger = ledger::Ledger::open(scratch.path, keys.ledger(), clock, actor);
  const std::vector<plan::Order> sample = sample_of({profile, clock.now(), *random});
  ledger->import("sample", profile, [&](const auto& take) {
    for (std::size_t i = 0; i < orders; ++i) {
      plan::Order order = sample[i % sample.size()];
      order.id += "-" + std::to_string(i);
      order.fields["number"] = with_sequence(order.fields.at("number"), i / sample.size());
      if (!portraits.empty()) order.portrait = portraits[i % portraits.size()];
      take(std::move(order));
    }
  });
}

vchip::Chip Station::blank() const {
  vchip::Hardware hardware;
  random->fill(std::span(hardware.cplc).subspan(12, 6));  // serial number and batch
  return rehearsal::make_blank(profile, keys, hardware, *random);
}

}  // namespace perso::bench
