#include "bench/personalization.hpp"

#include <stdexcept>

#include "bench/station.hpp"
#include "lds/files.hpp"
#include "run/edition.hpp"
#include "support/inspection_floor.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t warm_up = 10;
constexpr iso7816::Fid sod_fid{0x011D};
constexpr std::size_t issuer_key_size = 16;

constexpr iso7816::Fid card_access_fid{0x011C};

/// The sizes of the files that were read in the clear, in the order of reading: each begins at offset 0 or
/// with a short file identifier.
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

/// The least with which a finished card is shown to be one, each time over a fresh connection:
///   a stranger   SELECT of the security domain; GET DATA, INITIALIZE UPDATE and STORE DATA, which are
///                refused; SELECT of each application, and of each file that is closed one READ BINARY
///   a reader     the whole inspection
///   the issuer   SELECT of the security domain, PACE (what its own card offers it need not ask), GET DATA,
///   the
///                two that open its channel, and one write that is refused
std::size_t verification_floor(const std::vector<std::vector<chip::FileImage>>& images,
                               const std::vector<plan::PlannedApplication>& applications,
                               std::size_t command_limit) {
  constexpr std::size_t pace = 1 + 4, issuer = 1 + pace + 1 + 2 + 1;
  std::size_t stranger = 1 + 3, card_access = 0;
  std::vector<std::size_t> master_file;
  std::vector<std::vector<std::size_t>> others;
  for (std::size_t a = 0; a < images.size(); ++a) {
    const bool is_master_file = applications[a].aid.is_master_file();
    if (!is_master_file) {
      ++stranger;
      others.emplace_back();
    }
    for (const chip::FileImage& file : images[a]) {
      if (file.read != chip::ReadAccess::always) ++stranger;
      if (is_master_file && file.fid == card_access_fid)
        card_access = file.contents.size();
      else
        (is_master_file ? master_file : others.back()).push_back(file.contents.size());
    }
  }
  const test::InspectionFloor reader(test::Opening::pace, std::max<std::size_t>(command_limit, 256));
  return stranger + reader.of(card_access, master_file, others) + issuer;
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
  /// The first connection encodes and reads back; over the others the card is tried as a stranger, inspected,
  /// and proven to be locked.
  void judge_traffic(CardCost& cost, const ChipSlot& slot, const run::Prepared& prepared) {
    const auto& encoding = slot.connections.at(0);
    cost.encoding.commands = encoding.size();
    for (const Exchange& exchange : encoding) cost.encoding.bytes += exchange.command.size();
    for (std::size_t i = 1; i < slot.connections.size(); ++i) cost.verification += slot.connections[i].size();

    const Bytes contents(65535);  // sizes alone matter to the floor
    const std::vector<std::vector<chip::FileImage>> images = images_of(prepared.plan, encoding, contents);
    CryptoWork work{{}, {}, document_work(images), {}, prepared.order.encode().size()};
    for (const auto& exchanges : slot.connections) add_issuer_channels(work, exchanges);
    for (const std::size_t opened : {2u, 3u})
      work.accesses.push_back(access_work_of(Way::pace, slot.connections.at(opened)));
    cost.bare = bare_.time(work);

    const auto& applications = prepared.plan.applications;
    std::vector<test::ApplicationLoad> loads;
    for (std::size_t a = 0; a < images.size(); ++a)
      loads.push_back({applications[a].aid, images[a],
                       lds::is_emrtd(applications[a].aid) ? station_.profile.chip.generates.size() : 0});
    const std::size_t field =
        std::min<std::size_t>(edition_->command_limit, vchip::Hardware{}.max_command_data);
    const profile::AccessControl& access = station_.profile.chip.access.value();
    const std::size_t access_data =
        test::access_data_size(prepared.plan.access.value(), access.pace.size(), access.bac);
    cost.floor = test::TrafficFloor(field, issuer_key_size, access_data).of(loads);
    cost.verification_floor = verification_floor(images, applications, edition_->command_limit);
  }

  /// Every file as long as it was read back, in the order of the plan.
  std::vector<std::vector<chip::FileImage>> images_of(const plan::Plan& plan,
                                                      const std::vector<Exchange>& encoding,
                                                      ByteView contents) const {
    const std::vector<std::size_t> sizes = files_read(encoding);
    auto size = sizes.begin();
    std::vector<std::vector<chip::FileImage>> images;
    for (const plan::PlannedApplication& application : plan.applications) {
      images.emplace_back();
      for (const plan::PlannedFile& file : application.files) {
        if (size == sizes.end()) throw std::runtime_error("fewer files were read back than there are");
        images.back().push_back({file.fid, file.short_fid, file.read, contents.first(*size++)});
      }
    }
    return images;
  }

  DocumentWork document_work(const std::vector<std::vector<chip::FileImage>>& images) const {
    DocumentWork work;
    for (std::size_t a = 0; a < images.size(); ++a) {
      const iso7816::Aid& aid = station_.profile.applications[a].aid;
      for (std::size_t f = 0; f < images[a].size(); ++f) {
        const chip::FileImage& file = images[a][f];
        if (aid.is_master_file())
          work.card_security = work.card_security || file.fid != card_access_fid;
        else if (file.fid == sod_fid)
          work.security_object = file.contents.size();
        else if (lds::is_emrtd(aid) && lds::find_fid(file.fid)->data_group != 0)
          work.data_groups.push_back(file.contents.size());
        if (is_signed_nationally(station_.profile, {a, f})) work.record += file.contents.size();
      }
    }
    return work;
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
