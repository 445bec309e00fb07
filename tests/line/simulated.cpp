#include "line/simulated.hpp"

#include <fstream>
#include <iterator>
#include <limits>

#include "bytes/error.hpp"

namespace perso::test {

namespace {

constexpr std::chrono::milliseconds command_time{5};

Bytes read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& file, const Bytes& contents) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(contents.data()), static_cast<std::streamsize>(contents.size()));
}

}  // namespace

PlainCard::PlainCard(vchip::Chip& chip) : chip_(chip) {
  chip_.power_on();
}
PlainCard::~PlainCard() {
  chip_.power_off();
}

iso7816::ResponseApdu PlainCard::transmit(const iso7816::CommandApdu& command) {
  return iso7816::ResponseApdu::parse(chip_.process(command.encode()));
}

SimulatedConnection::SimulatedConnection(World& world, std::string writer, vchip::Chip& chip)
    : world_(world), writer_(std::move(writer)), chip_(chip) {
  chip_.power_on();
  chip_.reset();
}

SimulatedConnection::~SimulatedConnection() {
  if (open_ && !world_.dead_) chip_.reset();
}

std::optional<iso7816::ResponseApdu> SimulatedConnection::process(const iso7816::CommandApdu& command) {
  const std::size_t before = chip_.nvm().log().size();
  try {
    auto response = iso7816::ResponseApdu::parse(chip_.process(command.encode()));
    world_.written_.push_back(chip_.nvm().log().size() - before);
    // A signature may be some bytes shorter than in the run before, and power then holds.
    chip_.nvm().cut_power_after_bytes(std::numeric_limits<std::size_t>::max());
    return response;
  } catch (const vchip::PowerLoss&) {
    return std::nullopt;
  }
}

/// The operator puts the card that slipped out back in at once.
void SimulatedConnection::tear() {
  open_ = false;
  chip_.power_off();
  world_.inserted_[writer_] = nullptr;
  world_.stack_.push_front(&chip_);
  throw Error(Code::card_torn, "the card left the reader");
}

iso7816::ResponseApdu SimulatedConnection::transmit(const iso7816::CommandApdu& command) {
  world_.baton_.turn();
  world_.stop_if_dead();
  world_.clock_.sleep(command_time);
  const Fault::Kind fault = world_.command_point();
  if (fault == Fault::Kind::kill_before) world_.kill();
  if (fault == Fault::Kind::tear_before) tear();
  if (fault == Fault::Kind::kill_inside || fault == Fault::Kind::tear_inside)
    chip_.nvm().cut_power_after_bytes(world_.fault_.bytes);

  auto response = process(command);
  if (fault == Fault::Kind::kill_inside || fault == Fault::Kind::kill_after) world_.kill();
  if (fault == Fault::Kind::lie_after) return {{}, iso7816::StatusWord{0x6F00}};
  if (fault != Fault::Kind::none || !response) tear();
  return std::move(*response);
}

void SimulatedConnection::close(iso7816::Leave leave) {
  world_.baton_.turn();
  world_.stop_if_dead();
  if (!open_) return;
  open_ = false;
  if (leave == iso7816::Leave::reset) {
    chip_.reset();
    return;
  }
  chip_.power_off();
  world_.inserted_[writer_] = nullptr;
}

bool SimulatedSlot::wait_for_card(std::chrono::milliseconds timeout) {
  world_.baton_.turn();
  world_.stop_if_dead();
  vchip::Chip*& inserted = world_.inserted_[writer_];
  if (inserted == nullptr && !world_.stack_.empty()) {
    inserted = world_.stack_.front();
    world_.stack_.pop_front();
  }
  if (inserted == nullptr) world_.clock_.sleep(timeout);
  return inserted != nullptr;
}

bool SimulatedSlot::wait_for_removal(std::chrono::milliseconds timeout) {
  world_.baton_.turn();
  world_.stop_if_dead();
  if (world_.inserted_[writer_] == nullptr) return true;
  world_.clock_.sleep(timeout);
  return false;
}

std::unique_ptr<iso7816::Connection> SimulatedSlot::connect() {
  world_.baton_.turn();
  world_.stop_if_dead();
  vchip::Chip* chip = world_.inserted_[writer_];
  if (chip == nullptr) throw Error(Code::card_absent, "no card in " + writer_);
  if (world_.connect_point()) {
    chip->power_off();
    throw Error(Code::chip_foreign, "the card does not answer to a reset");
  }
  return std::make_unique<SimulatedConnection>(world_, writer_, *chip);
}

void SimulatedJournal::enter() {
  world_.baton_.turn();
  world_.stop_if_dead();
}

void SimulatedJournal::commit(const std::function<void()>& change) {
  enter();
  const std::filesystem::path mark = world_.home_ / "ledger.head";
  switch (world_.commit_point()) {
    case Fault::Kind::kill_before_commit:
      world_.kill();
      break;
    case Fault::Kind::kill_in_commit: {
      // The transaction is on the disk and the mark is not.
      const Bytes mark_before = read_file(mark);
      change();
      write_file(mark, mark_before);
      world_.kill();
      break;
    }
    case Fault::Kind::kill_after_commit:
      change();
      world_.kill();
      break;
    default:
      change();
  }
}

std::optional<plan::Order> SimulatedJournal::take_order(const std::string& profile) {
  enter();
  return ledger_.take_order(profile);
}

void SimulatedJournal::put_back(const std::string& order_id) {
  enter();
  ledger_.put_back(order_id);
}

void SimulatedJournal::hold(const std::string& order_id, std::string_view why) {
  commit([&] { ledger_.hold(order_id, why); });
}

plan::Order SimulatedJournal::order_of(const run::RunId& run) {
  enter();
  return ledger_.order_of(run);
}

bool SimulatedJournal::take_up(const run::RunId& run) {
  enter();
  return ledger_.take_up(run);
}

void SimulatedJournal::let_go(const run::RunId& run) {
  enter();
  ledger_.let_go(run);
}

run::ChipHistory SimulatedJournal::history(const keys::ChipId& chip) {
  enter();
  return ledger_.history(chip);
}

std::size_t SimulatedJournal::uncertain() {
  enter();
  return ledger_.uncertain();
}

std::optional<plan::Order> SimulatedJournal::waiting(const std::string& profile, const std::string& after) {
  enter();
  return ledger_.waiting(profile, after);
}

void SimulatedJournal::bind(const run::RunId& run, const std::string& order_id, const run::Blank& blank,
                            const std::string& writer) {
  commit([&] { ledger_.bind(run, order_id, blank, writer); });
}

void SimulatedJournal::rekeying(const run::RunId& run, const run::KeySetCheck& current,
                                const run::KeySetCheck& next) {
  commit([&] { ledger_.rekeying(run, current, next); });
}

void SimulatedJournal::promise(const run::RunId& run, const run::Promise& promise) {
  commit([&] { ledger_.promise(run, promise); });
}

bool SimulatedJournal::keeps_promise(const run::RunId& run, const std::string& number, ByteView sod_digest) {
  enter();
  return ledger_.keeps_promise(run, number, sod_digest);
}

void SimulatedJournal::close(const run::RunId& run, run::Outcome outcome, std::string_view why) {
  commit([&] { ledger_.close(run, outcome, why); });
}

void SimulatedJournal::refused(const std::optional<keys::ChipId>& chip, const std::string& writer,
                               std::string_view why) {
  commit([&] { ledger_.refused(chip, writer, why); });
}

}  // namespace perso::test
