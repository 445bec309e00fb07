#include "line/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "bytes/error.hpp"
#include "chip/driver.hpp"
#include "crypto/primitives.hpp"
#include "inspect/inspect.hpp"
#include "line/simulated.hpp"
#include "plan/batch.hpp"
#include "rehearsal/blank.hpp"

namespace perso::test {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t command_limit = 1024;
constexpr std::uint32_t default_memory = 128 * 1024;

fs::path fresh_folder(const std::string& stem) {
  static std::size_t made = 0;
  const fs::path base = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  const fs::path folder = base / (stem + "-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
  fs::create_directories(folder);
  return folder;
}

/// Signing draws its nonces when the worlds run: a source that outlives every key set.
SeededRandom& signing_random() {
  static SeededRandom random(2);
  return random;
}

keys::KeySet make_keys(std::uint64_t seed) {
  SeededRandom random(seed);
  const fs::path folder = fresh_folder("perso-keys");
  const Secret passphrase = Secret::copy_of(as_bytes("a passphrase for tests"));
  keys::KeySet::make_specimen(folder / "keys", passphrase, crypto::EcParameters::explicit_curve,
                              VirtualClock::start, random);
  keys::KeySet keys = keys::KeySet::open(folder / "keys", passphrase, signing_random());
  fs::remove_all(folder);
  return keys;
}

Factory make_factory(const std::string& edition) {
  const fs::path folder = fs::path(PERSO_SOURCE_DIR "/profiles") / edition;
  Factory factory{profile::load(folder), signing_random(), make_keys(1), {}};
  SeededRandom random(3);
  const fs::path csv = folder / "sample/orders.csv", json = folder / "sample/orders.json";
  plan::read_batch(fs::exists(csv) ? csv : json, {factory.profile, VirtualClock::start, random},
                   [&](plan::Order&& order) { factory.orders.push_back(std::move(order)); });
  return factory;
}

}  // namespace

const char* name_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::none:
      return "none";
    case Fault::Kind::tear_before:
      return "tear before";
    case Fault::Kind::tear_inside:
      return "tear inside";
    case Fault::Kind::tear_after:
      return "tear after";
    case Fault::Kind::kill_before:
      return "kill before";
    case Fault::Kind::kill_inside:
      return "kill inside";
    case Fault::Kind::kill_after:
      return "kill after";
    case Fault::Kind::lie_after:
      return "lie after";
    case Fault::Kind::mute:
      return "mute";
    case Fault::Kind::kill_before_commit:
      return "kill before commit";
    case Fault::Kind::kill_in_commit:
      return "kill in commit";
    case Fault::Kind::kill_after_commit:
      return "kill after commit";
  }
  return "?";
}

const Factory& Factory::of(const std::string& edition) {
  // Begun with a whole one: what it is made of dies after it.
  static std::map<std::string, Factory> factories = [&edition] {
    std::map<std::string, Factory> first;
    first.emplace(edition, make_factory(edition));
    return first;
  }();
  const auto found = factories.find(edition);
  return found != factories.end() ? found->second
                                  : factories.emplace(edition, make_factory(edition)).first->second;
}

World::World(std::uint64_t seed, std::size_t writers, std::size_t orders, const std::string& edition)
    : home_(fresh_folder("perso-world")),
      random_(seed),
      baton_(seed),
      factory_(Factory::of(edition)),
      edition_(factory_.profile, factory_.keys, command_limit) {
  factory_.signing.begin_anew(seed);
  for (std::size_t i = 0; i < writers; ++i) writer_names_.push_back("writer-" + std::to_string(i + 1));
  ledger::Ledger::create(home_, factory_.keys.ledger(), clock_, {"tester", "init"});
  if (orders == 0) return;
  open_ledger()->import("sample", factory_.profile, [&](const auto& take) {
    for (std::size_t i = 0; i < orders; ++i) take(plan::Order(factory_.orders.at(i)));
  });
}

World::~World() {
  fs::remove_all(home_);
}

std::unique_ptr<ledger::Ledger> World::open_ledger() {
  return ledger::Ledger::open(home_, factory_.keys.ledger(), clock_, {"tester", "run"});
}

run::Prepared World::prepare(std::size_t order) {
  plan::Order copy = factory_.orders.at(order);
  plan::Plan plan = compile(copy);
  return {std::move(copy), std::move(plan)};
}

plan::Plan World::compile(const plan::Order& order) {
  return plan::compile(factory_.profile, order, {edition_->signers, random_, clock_.now()});
}

vchip::Chip& World::add(std::size_t serial, std::uint32_t memory, const keys::KeySet& keys) {
  vchip::Hardware hardware;
  hardware.cplc[0] = 0x47;
  hardware.cplc[15] = static_cast<std::uint8_t>(serial);
  hardware.memory = memory;
  keys::ChipId id;
  std::ranges::copy(hardware.chip_id(), id.bytes.begin());
  vchip::Chip chip = rehearsal::make_blank(factory_.profile, keys, hardware, random_);
  chips_.push_back({std::make_unique<vchip::Chip>(std::move(chip)), id});
  stack_.push_back(chips_.back().chip.get());
  return *chips_.back().chip;
}

vchip::Chip& World::add_blank(std::uint32_t memory) {
  return add(chips_.size() + 1, memory, factory_.keys);
}

vchip::Chip& World::add_blank_with_other_keys() {
  static const keys::KeySet of_somebody_else = make_keys(4);
  return add(chips_.size() + 1, default_memory, of_somebody_else);
}

vchip::Chip& World::add_twin(std::size_t of) {
  return add(of, default_memory, factory_.keys);
}

void World::present_again(std::size_t number) {
  stack_.push_front(&chip(number));
}

run::ChipHistory World::history(std::size_t number) {
  return open_ledger()->history(chips_.at(number - 1).id);
}

std::size_t World::key_sets_that_open(std::size_t number) {
  const auto& [chip, id] = chips_.at(number - 1);
  std::size_t open = 0;
  for (const auto* master : {edition_->transport, edition_->issuer}) {
    PlainCard card(*chip);
    const auto driver = chip::make_driver(*factory_.profile.chip.platform, card, random_, command_limit);
    if (!driver->identify().chip) {
      const auto ledger = open_ledger();
      driver->identify(access_to(*ledger, ledger->history(id).order_id));
    }
    try {
      const auto keys = master->for_chip(id);
      driver->open(keys.get());
      ++open;
    } catch (const Error& error) {
      CHECK(error.code() == Code::keys_do_not_open);
    }
  }
  return open;
}

std::optional<run::LineReport> World::run(Fault fault, run::LineRules rules) {
  fault_ = fault;
  commands_ = commits_ = connections_ = 0;
  written_.clear();
  rules.card_wait = std::chrono::seconds(30);  // of virtual time: the line ends when the stack is empty
  baton_.expect(writer_names_.size() + 1);     // and the thread that prepares
  const auto ledger = open_ledger();
  SimulatedJournal journal(*this, *ledger);
  SimulatedClock clock(*this);
  std::vector<std::unique_ptr<SimulatedSlot>> slots;
  std::vector<run::Writer> writers;
  for (const std::string& name : writer_names_) {
    slots.push_back(std::make_unique<SimulatedSlot>(*this, name));
    writers.push_back({name, *slots.back()});
  }
  RecordingObserver observer(*this);
  try {
    return run::run_line(writers, *edition_, {journal, clock, random_}, rules, observer,
                         [] { return false; });
  } catch (const Killed&) {
    return std::nullopt;
  }
}

run::Result World::run_one(std::size_t writer, const run::Prepared& prepared) {
  const auto ledger = open_ledger();
  SimulatedJournal journal(*this, *ledger);
  SimulatedClock clock(*this);
  SimulatedSlot slot(*this, writer_names_.at(writer));
  REQUIRE(slot.wait_for_card(std::chrono::milliseconds(1)));
  return run::run_card({writer_names_.at(writer), slot}, &prepared, *edition_, {journal, clock, random_},
                       [](std::string_view) {});
}

void World::cut_off_one() {
  constexpr std::size_t close = 3;  // the fourth commit of a run
  run::LineRules one;
  one.count = 1;
  clear_stack();
  add_blank();
  REQUIRE_FALSE(run({Fault::Kind::kill_before_commit, close}, one));
  restart();
  clear_stack();
}

void World::restart() {
  for (auto& [writer, chip] : inserted_) {
    if (chip == nullptr) continue;
    chip->power_off();
    stack_.push_front(chip);
    chip = nullptr;
  }
  dead_ = false;
}

Fault::Kind World::command_point() {
  const bool here = fault_.at == commands_++;
  return here && fault_.kind < Fault::Kind::mute ? fault_.kind : Fault::Kind::none;
}

channel::AccessData World::access_to(ledger::Ledger& ledger, const std::string& order_id) const {
  const auto issued = ledger.issued_order(order_id);
  REQUIRE(issued);
  return plan::access_of(factory_.profile, issued->order).value_or(channel::AccessData{});
}

void World::queue(plan::Order order) {
  const std::string batch = "batch-of-" + order.id;
  open_ledger()->import(batch, factory_.profile, [&](const auto& take) { take(std::move(order)); });
}

bool World::connect_point() {
  return fault_.at == connections_++ && fault_.kind == Fault::Kind::mute;
}

Fault::Kind World::commit_point() {
  const bool here = fault_.at == commits_++;
  return here && fault_.kind >= Fault::Kind::kill_before_commit ? fault_.kind : Fault::Kind::none;
}

void World::stop_if_dead() const {
  if (dead_) throw Killed{};
}

void World::kill() {
  dead_ = true;
  throw Killed{};
}

std::map<std::string, std::string> World::order_states() {
  std::map<std::string, std::string> states;
  open_ledger()->list_orders([&](const ledger::OrderLine& order) { states[order.id] = order.state; });
  return states;
}

ledger::Totals World::totals() {
  return open_ledger()->totals();
}

std::size_t World::locked_chips() const {
  return static_cast<std::size_t>(std::count_if(chips_.begin(), chips_.end(), [](const auto& owned) {
    return owned.chip->life() == vchip::LifeCycle::issued;
  }));
}

void World::check_invariants() {
  const auto ledger = open_ledger();
  const auto verified = ledger->verify();
  CHECK_MESSAGE(!verified.first_failure, verified.first_failure.value_or(""));

  const ledger::Totals totals = ledger->totals();
  CHECK(totals.drawn == totals.issued + totals.rejected + totals.spoiled + totals.returned + totals.open);

  std::set<std::string> numbers;
  for (auto& [chip, id] : chips_) {
    using Standing = run::ChipHistory::Standing;
    const run::ChipHistory history = ledger->history(id);
    const bool locked = chip->life() == vchip::LifeCycle::issued;
    // A locked chip may pass for a card, so the ledger must know it as one, or as one that a person has to
    // destroy.
    if (locked)
      CHECK((history.standing == Standing::issued || history.standing == Standing::uncertain ||
             history.standing == Standing::rejected));
    if (history.standing != Standing::issued) continue;
    CHECK(locked);
    PlainCard card(*chip);
    const auto report = inspect::inspect(
        card,
        {access_to(*ledger, history.order_id), {&edition_->inspected, 1}, edition_->trust, random_, clock_});
    CHECK(inspect::name_of(report.verdict) == inspect::name_of(verdict_of_issued));
    CHECK(report.edition == factory_.profile.name);
    for (const auto& check : report.checks)
      CHECK_MESSAGE((check.result != inspect::Check::Result::failed || check.means == verdict_of_issued),
                    check.name << ": " << check.detail);
    CHECK_MESSAGE(numbers.insert(report.number).second, "two issued cards bear one number");
    CHECK(ledger->keeps_promise(history.run.value(), report.number, report.digest));
  }
}

}  // namespace perso::test
