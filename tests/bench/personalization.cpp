#include "bench/personalization.hpp"

#include <stdexcept>

#include "bench/scratch.hpp"
#include "crypto/primitives.hpp"
#include "identity/number.hpp"
#include "keys/key_set.hpp"
#include "run/run.hpp"

namespace perso::bench {

namespace {

constexpr std::size_t warm_up = 10;
constexpr const char* profile_folder = PERSO_SOURCE_DIR "/profiles/prc-2023";
constexpr std::size_t issuer_key_size = 16;

/// The sample batch over and over: another order and another number each time.
std::vector<plan::Order> repeated_sample(const profile::Profile& profile, std::size_t count) {
  std::vector<plan::Order> sample;
  plan::read_csv(std::filesystem::path(profile_folder) / "sample/orders.csv", profile,
                 [&](plan::Order&& order) { sample.push_back(std::move(order)); });
  std::vector<plan::Order> orders;
  for (std::size_t i = 0; i < count; ++i) {
    plan::Order order = sample[i % sample.size()];
    order.id += "-" + std::to_string(i);
    std::string digits = order.fields.at("number").substr(0, 14);
    const std::string sequence = std::to_string(1000 + i / sample.size() % 1000);
    digits += sequence.substr(1);
    order.fields["number"] = digits + identity::check_character_18(digits);
    orders.push_back(std::move(order));
  }
  return orders;
}

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

class Bench {
 public:
  Bench(std::size_t orders, std::size_t command_limit)
      : scratch_("bench-home"),
        random_(crypto::system_random()),
        profile_(profile::load(profile_folder)),
        keys_(make_keys()),
        transport_(keys_.card_keys(profile_.chip.transport.from, profile_.chip.transport.version)),
        issuer_(keys_.card_keys(profile_.chip.issuer.from, profile_.chip.issuer.version, issuer_key_size)),
        edition_{profile_,
                 *transport_,
                 *issuer_,
                 [this](const std::string& name) -> const keys::Signer& { return keys_.signer(name); },
                 keys_.trust_anchors(),
                 run::promises_of(profile_),
                 command_limit} {
    const ledger::Actor actor{"bench", "bench"};
    ledger::Ledger::create(scratch_.path, keys_.ledger(), clock_, actor);
    ledger_ = ledger::Ledger::open(scratch_.path, keys_.ledger(), clock_, actor);
    ledger_->import("sample", profile_, [&](const auto& take) {
      for (plan::Order& order : repeated_sample(profile_, orders)) take(std::move(order));
    });
  }

  CardCost make_card() {
    vchip::Chip chip = blank();
    ChipSlot slot(chip);
    TimedJournal journal(*ledger_);

    const Stopwatch watch;
    auto order = journal.take_order();
    if (!order) throw std::runtime_error("the queue is empty");
    plan::Plan plan = plan::compile(profile_, *order);
    const run::Prepared prepared{std::move(*order), std::move(plan)};
    const run::Result result = run::run_card({"bench", slot}, &prepared, edition_,
                                             {journal, clock_, *random_}, [](std::string_view) {});
    CardCost cost;
    cost.host = watch.read();
    cost.host -= slot.chip_time;
    if (result.outcome != run::Outcome::issued)
      throw std::runtime_error(result.why ? result.why->what() : "a card was not issued");

    for (const Time& commit : journal.commits) cost.host -= commit;
    cost.commits = std::move(journal.commits);
    judge_traffic(cost, slot, prepared);
    return cost;
  }

 private:
  keys::KeySet make_keys() {
    const Secret passphrase = Secret::copy_of(as_bytes("fit for a benchmark"));
    keys::KeySet::make_specimen(scratch_.path / "keys", passphrase, crypto::EcParameters::explicit_curve,
                                clock_.now(), *random_);
    return keys::KeySet::open(scratch_.path / "keys", passphrase, *random_);
  }

  vchip::Chip blank() {
    vchip::ChipConfig config;
    random_->fill(std::span(config.hardware.cplc).subspan(12, 6));  // serial number and batch
    keys::ChipId id;
    const Bytes chip_id = config.hardware.chip_id();
    std::copy(chip_id.begin(), chip_id.end(), id.bytes.begin());
    const profile::MasterKey& transport = profile_.chip.transport;
    config.transport_keys.version = transport.version;
    config.transport_keys.keys = keys_.manufacturer_keys(transport.from, transport.version, id);
    vchip::Nvm nvm;
    vchip::Chip::make(config, nvm);
    return vchip::Chip(std::move(nvm), *random_);
  }

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
    for (const plan::PlannedApplication& application : prepared.plan.applications) {
      auto& files = images.emplace_back();
      for (const plan::PlannedFile& file : application.files) {
        if (size == sizes.end()) throw std::runtime_error("the verification read fewer files than there are");
        files.push_back(
            {file.fid, file.short_fid, chip::ReadAccess::always, ByteView(contents).first(*size)});
        if (file.fid == iso7816::Fid{0x011D})
          work.security_object = *size;
        else if (file.short_fid)
          work.data_groups.push_back(*size);
        ++size;
      }
    }
    work.order = prepared.order.encode().size();
    cost.bare = bare_.time(work);

    std::vector<test::ApplicationLoad> loads;
    for (std::size_t i = 0; i < images.size(); ++i)
      loads.push_back({prepared.plan.applications[i].aid, images[i],
                       i == 0 ? profile_.chip.generates.size() : 0});  // the first one publishes the key
    const std::size_t field =
        std::min<std::size_t>(edition_.command_limit, vchip::Hardware{}.max_command_data);
    cost.floor = test::TrafficFloor(field, issuer_key_size).of(loads);
  }

  Scratch scratch_;
  RealClock clock_;
  std::unique_ptr<Random> random_;
  profile::Profile profile_;
  keys::KeySet keys_;
  std::unique_ptr<keys::CardKeys> transport_, issuer_;
  run::Edition edition_;
  std::unique_ptr<ledger::Ledger> ledger_;
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
