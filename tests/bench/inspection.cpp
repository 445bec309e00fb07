#include "bench/inspection.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>

#include "bench/bare_inspection.hpp"
#include "bench/reference.hpp"
#include "bench/station.hpp"
#include "edition/promises.hpp"
#include "rehearsal/blank.hpp"
#include "run/edition.hpp"
#include "samples/samples.hpp"
#include "support/inspection_floor.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t warm_up = 10;
constexpr iso7816::Fid card_access_fid{0x011C}, sod_fid{0x011D}, first_data_group{0x0101},
    last_data_group{0x0110};

/// A good card in the hand of whoever may read it.
struct Card {
  vchip::Chip chip;
  channel::AccessData access;
  Way way;
};

class Desk {
 public:
  Card make_card(const std::string& edition) {
    const profile::Profile& profile = edition == "prc-2023" ? new_edition_ : current_edition_;
    const samples::Sample& sample = *samples::find("valid-" + edition.substr(4));
    const Instant now = clock_.now();
    vchip::Hardware hardware;
    vchip::Chip chip = rehearsal::make_blank(profile, keys_, hardware, *random_);
    const plan::Order order = samples::order_of(sample, profile, *random_, now);
    channel::AccessData access = samples::make(sample, order, profile, keys_, chip, *random_, now).access;
    const Way way = profile.chip.access->pace.empty() ? Way::bac : Way::pace;
    if (way == Way::pace) access.printed.reset();  // by the card access number alone
    return {std::move(chip), std::move(access), way};
  }

  inspect::Report inspect(Card& card, iso7816::Card& reader, std::size_t command_limit) {
    inspect::Report report =
        inspect::inspect(reader, {card.access, editions_, trust_, *random_, clock_, command_limit});
    if (report.verdict != inspect::Verdict::genuine)
      throw std::runtime_error("a good card is " + std::string(inspect::name_of(report.verdict)));
    return report;
  }

  const inspect::Edition& edition(const std::string& name) const {
    return *std::ranges::find(editions_, name, &inspect::Edition::name);
  }

 private:
  const Scratch scratch_{"bench-inspection"};
  RealClock clock_;
  const std::unique_ptr<Random> random_ = crypto::system_random();
  const profile::Profile new_edition_ = profile::load(PERSO_SOURCE_DIR "/profiles/prc-2023"),
                         current_edition_ = profile::load(PERSO_SOURCE_DIR "/profiles/prc-2017");
  const keys::KeySet keys_ = specimen_keys(scratch_.path / "keys", clock_.now(), *random_);
  const inspect::TrustStore trust_ = run::trust_of(keys_);
  const std::vector<inspect::Edition> editions_{edition::inspected_edition(new_edition_),
                                                edition::inspected_edition(current_edition_)};
};

bool is_emrtd(const inspect::ReadFile& file) {
  return file.application == "eMRTD";
}

DocumentWork document_work(const inspect::Report& report, const inspect::Edition& edition) {
  DocumentWork work;
  for (const inspect::ReadFile& file : report.files) {
    const std::size_t size = file.contents.size();
    if (is_emrtd(file) && file.fid == sod_fid) work.security_object = size;
    if (is_emrtd(file) && file.fid >= first_data_group && file.fid <= last_data_group)
      work.data_groups.push_back(size);
    if (file.name == "EF.CardSecurity") work.card_security = true;
    for (const auto& signature : edition.promises.signatures)
      if (std::ranges::count(signature.over, std::pair(file.application, file.name)) > 0) work.record += size;
  }
  return work;
}

std::size_t floor_of(const inspect::Report& report, const inspect::Edition& edition, Way way,
                     std::size_t command_limit) {
  std::size_t card_access = 0;
  std::vector<std::size_t> master_file;
  std::map<std::string, std::vector<std::size_t>> applications;
  for (const inspect::PromisedApplication& application : edition.promises.applications)
    for (const inspect::ReadFile& file : report.files) {
      if (file.application != application.name) continue;
      const std::size_t size = file.contents.size();
      if (!application.aid.is_master_file())
        applications[application.name].push_back(size);
      else if (file.fid == card_access_fid)
        card_access = size;
      else
        master_file.push_back(size);
    }
  std::vector<std::vector<std::size_t>> sizes;
  for (auto& [name, files] : applications) sizes.push_back(std::move(files));
  const auto opening = way == Way::pace ? test::Opening::pace : test::Opening::bac;
  return test::InspectionFloor(opening, std::max<std::size_t>(command_limit, 256))
      .of(card_access, master_file, sizes);
}

/// Only the header of a protected command is to be seen: offset 0, or a short identifier in bit 8 of P1. A
/// file shorter than what was asked for ends in a warning.
std::size_t begun_files(const std::vector<Exchange>& exchanges) {
  return static_cast<std::size_t>(std::ranges::count_if(exchanges, [](const Exchange& exchange) {
    const auto command = iso7816::CommandApdu::parse(exchange.command);
    const bool begins = (command.p1 & 0x80) != 0 || (command.p1 == 0 && command.p2 == 0);
    const auto status = iso7816::ResponseApdu::parse(exchange.answer).status;
    return command.ins == 0xB0 && begins && (status.ok() || status == iso7816::sw::end_of_file);
  }));
}

InspectionCost cost_of(Desk& desk, Card& card, const inspect::Edition& edition, std::size_t command_limit,
                       BareInspection& bare) {
  ChipSlot slot(card.chip);
  const auto connection = slot.connect();
  slot.chip_time = {};
  const Stopwatch watch;
  const inspect::Report report = desk.inspect(card, *connection, command_limit);
  InspectionCost cost;
  cost.host = watch.read();
  cost.host -= slot.chip_time;

  const std::vector<Exchange>& exchanges = slot.connections.front();
  const AccessWork access = access_work_of(card.way, exchanges);
  const DocumentWork document = document_work(report, edition);
  const Stopwatch bare_watch;
  bare.open(access);
  bare.judge(document);
  cost.bare = bare_watch.read();
  cost.commands = exchanges.size();
  cost.floor = floor_of(report, edition, card.way, command_limit);
  cost.begun = begun_files(exchanges);
  cost.files = report.files.size();
  connection->close(iso7816::Leave::powered_off);
  return cost;
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  if (!(statm >> size >> resident)) throw std::runtime_error("cannot read /proc/self/statm");
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

}  // namespace

std::vector<InspectionCost> inspect_cards(const std::string& edition, std::size_t times,
                                          std::size_t command_limit) {
  Desk desk;
  Card card = desk.make_card(edition);
  Reference reference;
  BareInspection bare(reference);
  std::vector<InspectionCost> costs;
  for (std::size_t i = 0; i < warm_up + times; ++i)
    costs.push_back(cost_of(desk, card, desk.edition(edition), command_limit, bare));
  costs.erase(costs.begin(), costs.begin() + warm_up);
  return costs;
}

Residence inspect_on(std::size_t early, std::size_t late) {
  constexpr std::size_t command_limit = 65'535;
  Desk desk;
  Card cards[] = {desk.make_card("prc-2023"), desk.make_card("prc-2017")};
  Residence residence;
  for (std::size_t i = 0; i < late; ++i) {
    if (i == early) residence.early = resident_mib();
    Card& card = cards[i % std::size(cards)];
    ChipSlot slot(card.chip);
    const auto connection = slot.connect();
    desk.inspect(card, *connection, command_limit);
    connection->close(iso7816::Leave::powered_off);
  }
  residence.late = resident_mib();
  return residence;
}

}  // namespace perso::bench
