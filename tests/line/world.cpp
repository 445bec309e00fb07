#include "line/world.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "bytes/error.hpp"
#include "chip/driver.hpp"
#include "crypto/primitives.hpp"
#include "inspect/inspect.hpp"
#include "line/simulated.hpp"

namespace perso::test {

namespace fs = std::filesystem;

namespace {

constexpr std::uint8_t transport_version = 0x30;
constexpr std::uint32_t default_memory = 128 * 1024;

fs::path fresh_folder(const std::string& stem) {
  static std::size_t made = 0;
  const fs::path base = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  const fs::path folder = base / (stem + "-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
  fs::create_directories(folder);
  return folder;
}

Factory make_factory() {
  Factory factory;
  SeededRandom random(1);
  factory.scratch = fresh_folder("perso-factory");
  const Secret passphrase = Secret::copy_of(as_bytes("a passphrase for tests"));
  keys::KeySet::make_specimen(factory.scratch / "keys", passphrase, crypto::EcParameters::explicit_curve,
                              VirtualClock::start, random);
  // Signing draws its nonces when the worlds run: a source that lives as long as the factory.
  static SeededRandom signing_random(2);
  factory.keys.emplace(keys::KeySet::open(factory.scratch / "keys", passphrase, signing_random));
  factory.profile = profile::load(PERSO_SOURCE_DIR "/profiles/prc-2023");
  const profile::Chip& chip = factory.profile.chip;
  factory.transport = factory.keys->card_keys(chip.transport.from, chip.transport.version);
  factory.issuer = factory.keys->card_keys(chip.issuer.from, chip.issuer.version);
  plan::read_csv(PERSO_SOURCE_DIR "/profiles/prc-2023/sample/orders.csv", factory.profile,
                 [&](plan::Order&& order) { factory.orders.push_back(std::move(order)); });
  fs::remove_all(factory.scratch);
  return factory;
}

}  // namespace

void SeededRandom::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
}

/// SplitMix64.
std::uint64_t SeededRandom::next() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

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

const Factory& Factory::shared() {
  static const Factory factory = make_factory();
  return factory;
}

run::Edition Factory::edition(std::size_t command_limit) const {
  return {profile,
          *transport,
          *issuer,
          [this](const std::string& name) -> const keys::Signer& { return keys->signer(name); },
          keys->trust_anchors(),
          run::promises_of(profile),
          command_limit};
}

World::World(std::uint64_t seed, std::size_t writers, std::size_t orders, std::size_t command_limit)
    : home_(fresh_folder("perso-world")), random_(seed), baton_(seed), command_limit_(command_limit) {
  for (std::size_t i = 0; i < writers; ++i) writer_names_.push_back("writer-" + std::to_string(i + 1));
  const Factory& factory = Factory::shared();
  ledger::Ledger::create(home_, factory.keys->ledger(), clock_, {"tester", "init"});
  open_ledger()->import("sample", factory.profile, [&](const auto& take) {
    for (std::size_t i = 0; i < orders; ++i) take(prepare(i).order);
  });
}

World::~World() {
  fs::remove_all(home_);
}

std::unique_ptr<ledger::Ledger> World::open_ledger() {
  return ledger::Ledger::open(home_, Factory::shared().keys->ledger(), clock_, {"tester", "run"});
}

run::Prepared World::prepare(std::size_t order) const {
  const Factory& factory = Factory::shared();
  plan::Order copy = factory.orders.at(order);
  plan::Plan plan = plan::compile(factory.profile, copy);
  return {std::move(copy), std::move(plan)};
}

vchip::Chip& World::add(std::size_t serial, std::uint32_t memory, const keys::ChipId* keys_of) {
  vchip::ChipConfig config;
  config.hardware.cplc[0] = 0x47;
  config.hardware.cplc[15] = static_cast<std::uint8_t>(serial);
  config.hardware.memory = memory;
  keys::ChipId id;
  const Bytes chip_id = config.hardware.chip_id();
  std::copy(chip_id.begin(), chip_id.end(), id.bytes.begin());
  const Factory& factory = Factory::shared();
  config.transport_keys.version = transport_version;
  config.transport_keys.keys = factory.keys->manufacturer_keys(
      factory.profile.chip.transport.from, transport_version, keys_of != nullptr ? *keys_of : id);
  vchip::Nvm nvm;
  vchip::Chip::make(config, nvm);
  chips_.push_back({std::make_unique<vchip::Chip>(std::move(nvm), random_), id});
  stack_.push_back(chips_.back().chip.get());
  return *chips_.back().chip;
}

vchip::Chip& World::add_blank(std::uint32_t memory) {
  return add(chips_.size() + 1, memory, nullptr);
}

vchip::Chip& World::add_blank_with_other_keys() {
  const keys::ChipId somebody_else{};
  return add(chips_.size() + 1, default_memory, &somebody_else);
}

vchip::Chip& World::add_twin(std::size_t of) {
  return add(of, default_memory, nullptr);
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
  for (const auto* master : {Factory::shared().transport.get(), Factory::shared().issuer.get()}) {
    PlainCard card(*chip);
    const auto driver =
        chip::make_driver(*Factory::shared().profile.chip.platform, card, random_, command_limit_);
    driver->identify();
    try {
      driver->open(*master->for_chip(id));
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
  baton_.expect(writer_names_.size());
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
    return run::run_line(writers, Factory::shared().edition(command_limit_), {journal, clock, random_}, rules,
                         observer, [] { return false; });
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
  return run::run_card({writer_names_.at(writer), slot}, &prepared, Factory::shared().edition(command_limit_),
                       {journal, clock, random_}, [](std::string_view) {});
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
    const auto report = inspect::inspect(card, run::promises_of(Factory::shared().profile),
                                         Factory::shared().keys->trust_anchors(), random_, clock_.now());
    for (const auto& check : report.checks) CHECK_MESSAGE(check.passed, check.name << ": " << check.detail);
    CHECK_MESSAGE(numbers.insert(report.number).second, "two issued cards bear one number");
    CHECK(ledger->keeps_promise(history.run.value(), report.number, report.sod_digest));
  }
}

}  // namespace perso::test
