#include "samples/workshop.hpp"

#include <unistd.h>

#include "bytes/error.hpp"
#include "edition/promises.hpp"
#include "identity/mrz.hpp"
#include "rehearsal/blank.hpp"
#include "run/edition.hpp"

namespace perso::test {

namespace fs = std::filesystem;

namespace {

keys::KeySet make_keys() {
  const fs::path folder = fs::temp_directory_path() / ("perso-samples-" + std::to_string(::getpid()));
  const Secret passphrase = Secret::copy_of(as_bytes("a passphrase for tests"));
  keys::KeySet::make_specimen(folder, passphrase, crypto::EcParameters::explicit_curve, today, chance());
  keys::KeySet keys = keys::KeySet::open(folder, passphrase, chance());
  fs::remove_all(folder);
  return keys;
}

Workshop make_workshop() {
  const auto load = [](const char* name) {
    return profile::load(fs::path(PERSO_SOURCE_DIR "/profiles") / name);
  };
  Workshop made{make_keys(), load("prc-2023"), load("prc-2017"), {}, {}};
  for (const profile::Profile* edition : {&made.new_edition, &made.current_edition})
    made.editions.push_back(edition::inspected_edition(*edition));
  made.trust = run::trust_of(made.keys);
  return made;
}

channel::PrintedData printed_in(const std::string& zone) {
  const identity::MrzFields fields = identity::parse_mrz(zone).fields;
  return channel::printed_data(fields.number, fields.birth, fields.expiry);
}

}  // namespace

SeededRandom& chance() {
  static SeededRandom random(1);
  return random;
}

const Workshop& workshop() {
  static const Workshop made = make_workshop();
  return made;
}

const profile::Profile& Workshop::edition_of(const samples::Sample& sample) const {
  return sample.edition == new_edition.name ? new_edition : current_edition;
}

vchip::Chip MadeCard::chip() const {
  return {vchip::Nvm::from_log(memory), chance()};
}

MadeCard make_card(const samples::Sample& sample, const profile::Profile& edition) {
  const keys::KeySet& keys = workshop().keys;
  vchip::Hardware hardware;
  hardware.memory = static_cast<std::uint32_t>(edition.chip.memory);
  chance().fill(std::span(hardware.cplc).subspan(12, 6));  // serial number and batch
  vchip::Chip chip = rehearsal::make_blank(edition, keys, hardware, chance());
  const plan::Order order = samples::order_of(sample, edition, chance(), today);
  const samples::Printed printed = samples::make(sample, order, edition, keys, chip, chance(), today);
  const ByteView memory = chip.nvm().log();
  return {{},
          {std::nullopt, printed.access.access_number},
          {printed_in(printed.zone), {}},
          {memory.begin(), memory.end()}};
}

const samples::Sample& sample_named(std::string_view name) {
  return *samples::find(name);
}

CardInReader::CardInReader(vchip::Chip& chip) : chip_(&chip) {
  chip_->power_on();
}

CardInReader::~CardInReader() {
  chip_->power_off();
}

void CardInReader::swap_for(vchip::Chip& other) {
  chip_->power_off();
  chip_ = &other;
  chip_->power_on();
}

iso7816::ResponseApdu CardInReader::transmit(const iso7816::CommandApdu& command) {
  before(commands++);
  const Bytes answer = chip_->process(command.encode());
  took += timing.cost(chip_->effort());
  return iso7816::ResponseApdu::parse(answer);
}

inspect::Report inspected(iso7816::Card& card, const channel::AccessData& access,
                          const std::chrono::nanoseconds& took, std::span<const inspect::Edition> editions) {
  ReaderClock clock(took, today);
  return inspect::inspect(card, {access, editions, workshop().trust, chance(), clock});
}

inspect::Report inspected(CardInReader& card, const channel::AccessData& access) {
  return inspected(card, access, card.took);
}

inspect::Report inspected(vchip::Chip& chip, const channel::AccessData& access) {
  CardInReader card(chip);
  return inspected(card, access);
}

std::string failed_checks(const inspect::Report& report) {
  std::string names;
  for (const inspect::Check& check : report.checks)
    if (check.result == inspect::Check::Result::failed) names += (names.empty() ? "" : "; ") + check.name;
  return names;
}

}  // namespace perso::test
