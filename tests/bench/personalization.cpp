#include "bench/personalization.hpp"

#include <stdexcept>

#include "bench/station.hpp"
#include "run/edition.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t warm_up = 10;
constexpr iso7816::Fid sod_fid{0x011D};
constexpr std::size_t issuer_key_size = 16;

/// The sizes of the files that a reader fetched, in its order: each begins at offset 0 or with a short file
/// identifier.
std::vector<std::size_t> files_read(const std::vector<Exchange>& exchanges) {
  std::vector<std::size_t> sizes;
  for (const auto& [command, answer] : exchanges) {
    if (command.at(1) != 0xB0) continue;
    const bool begins = (command.at(2) & 0x80) != 0 || (command.at(2) == 0 && command.at(3) == 0);
    if (begins) sizes.push_back(0);
    sizes.back() += answer.size() - 2;
  }
  return sizes;
}

/// Whether the national signature is over this file.
bool is_signed_nationally(const profile::Profile& profile, const profile::FileRef& file) {
  for (const profile::Application& application : profile.applications)
    for (const profile::File& signature : application.files)
      if (const auto* cms = std::get_if<profile::Cms>(&signature.content);
          cms != nullptr && std::ranges::find(cms->over, file) != cms->over.end())
        return true;
  return false;
}

class Bench {
 public:
  Bench(std::size_t orders, std::size_t command_limit)
      : station_(orders), edition_(station_.profile, station_.keys, command_limit) {}

  CardCost make_card() {
    vchip::Chip chip = station_.blank();
    ChipSlot slot(chip);
    TimedJournal journal(*station_.ledger);

    const Stopwatch watch(CLOCK_PROCESS_CPUTIME_ID);  // a run signs in a thread of its own
    auto order = journal.take_order(station_.profile.name);
    if (!order) throw std::runtime_error("the queue is empty");
    plan::Plan plan =
        plan::compile(station_.profile, *order, {edition_->signers, *station_.random, station_.clock.now()});
    const run::Prepared prepared{std::move(*order), std::move(plan)};
    const run::Result result =
        run::run_card({"bench", slot}, &prepared, *edition_, station_.of(journal), [](std::string_view) {});
    CardCost cost;
    cost.host = watch.read();
    cost.host -= slot.chip_time;
    if (result.outcome != run::Outcome::issued)
      throw std::runtime_error(result.why ? result.why->what() : "a card was not issued");

    cost.commits = journal.take_commits();
    for (const Time& commit : cost.commits) cost.host -= commit;
    judge_traffic(cost, slot, prepared);
    return cost;
  }

 private:
  /// The first connection encodes, the second verifies.
  void judge_traffic(CardCost& cost, const ChipSlot& slot, const run::Prepared& prepared) {
    const auto& encoding = slot.connections.at(0);
    const auto& verification = slot.connections.at(1);
    cost.encoding.commands = encoding.size();
    for (const Exchange& exchange : encoding) cost.encoding.bytes += exchange.command.size();
    cost.commands = encoding.size() + verification.size();

    const std::vector<std::size_t> sizes = files_read(verification);
    auto size = sizes.begin();
    const Bytes contents(65535);  // sizes alone matter to the floor
    CryptoWork work = work_of(encoding);
    std::vector<std::vector<chip::FileImage>> images;
    const auto& applications = prepared.plan.applications;
    for (std::size_t a = 0; a < applications.size(); ++a) {
      images.emplace_back();
      for (std::size_t f = 0; f < applications[a].files.size(); ++f, ++size) {
        const plan::PlannedFile& file = applications[a].files[f];
        if (size == sizes.end()) throw std::runtime_error("the verification read fewer files than there are");
        images.back().push_back(
            {file.fid, file.short_fid, profile::Access::always, ByteView(contents).first(*size)});
        if (file.fid == sod_fid)
          work.security_object = *size;
        else if (file.short_fid)
          work.data_groups.push_back(*size);
        if (is_signed_nationally(station_.profile, {a, f})) work.record += *size;
      }
    }
    work.order = prepared.order.encode().size();
    cost.bare = bare_.time(work);

    std::vector<test::ApplicationLoad> loads;
    for (std::size_t i = 0; i < images.size(); ++i)
      loads.push_back(
          {applications[i].aid, images[i],
           i == 0 ? station_.profile.chip.generates.size() : 0});  // the first one publishes the key
    const std::size_t field =
        std::min<std::size_t>(edition_->command_limit, vchip::Hardware{}.max_command_data);
    cost.floor = test::TrafficFloor(field, issuer_key_size).of(loads);
  }

  Station station_;
  run::OpenEdition edition_;
  BareCryptography bare_;
};

}  // namespace

std::vector<CardCost> make_cards(std::size_t cards, std::size_t command_limit) {
  Bench bench(warm_up + cards, command_limit);
  for (std::size_t i = 0; i < warm_up; ++i) bench.make_card();
  std::vector<CardCost> costs;
  for (std::size_t i = 0; i < cards; ++i) costs.push_back(bench.make_card());
  return costs;
}

}  // namespace perso::bench
