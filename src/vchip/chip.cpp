#include "vchip/chip.hpp"

#include "bytes/error.hpp"
#include "vchip/card_os.hpp"

namespace perso::vchip {

void Chip::make(const ChipConfig& config, Nvm& nvm) {
  nvm.append(record::birth(config.hardware, config.transport_keys));
  State::load(nvm);  // refuses what no chip can be born with
}

void Chip::make_file(const ChipConfig& config, const std::filesystem::path& file) {
  if (std::filesystem::exists(file))
    throw Error(Code::reader_fault, "virtual chip " + file.filename().string() + " exists already");
  std::filesystem::path unborn = file;
  unborn += ".new";
  std::filesystem::remove(unborn);
  Nvm nvm = Nvm::create(unborn);
  make(config, nvm);
  std::filesystem::rename(unborn, file);
}

Chip::Chip(Nvm nvm, Random& random)
    : nvm_(std::make_unique<Nvm>(std::move(nvm))), random_(random), atr_(State::load(*nvm_).hardware.atr) {}

Chip::Chip(Chip&&) noexcept = default;
Chip::~Chip() = default;

void Chip::power_on() {
  if (powered()) return;
  nvm_->drop_torn_tail();
  os_ = std::make_unique<CardOs>(*nvm_, random_);
}

void Chip::power_off() {
  os_.reset();
}

void Chip::reset() {
  if (powered()) os_->reset();
}

Bytes Chip::process(ByteView command) {
  if (!powered()) throw PowerLoss{};
  try {
    Bytes answer = os_->answer(command);
    effort_ = os_->effort();
    return answer;
  } catch (...) {
    power_off();
    throw;
  }
}

LifeCycle Chip::life() const {
  return powered() ? os_->state().life : State::load(*nvm_).life;
}

}  // namespace perso::vchip
