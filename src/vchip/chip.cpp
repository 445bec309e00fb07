#include "vchip/chip.hpp"

#include "bytes/error.hpp"
#include "vchip/card_os.hpp"
#include "vchip/passport_state.hpp"

namespace perso::vchip {

void Chip::make(const ChipConfig& config, Nvm& nvm) {
  Hardware hardware = config.hardware;
  if (hardware.atr.empty()) hardware.atr = default_atr(config.platform);
  // Loading refuses what no chip can be born with.
  switch (config.platform) {
    case Platform::globalplatform:
      nvm.append(record::birth(hardware, config.transport_keys));
      GlobalPlatformState::load(nvm);
      break;
    case Platform::iso7816:
      nvm.append(passport_record::birth(hardware));
      PassportState::load(nvm);
      break;
  }
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
    : nvm_(std::make_unique<Nvm>(std::move(nvm))), random_(random), os_(boot(*nvm_, random_)) {}

Chip::Chip(Chip&&) noexcept = default;
Chip::~Chip() = default;

void Chip::power_on() {
  if (powered_) return;
  nvm_->drop_torn_tail();
  os_ = boot(*nvm_, random_);
  powered_ = true;
}

void Chip::power_off() {
  powered_ = false;
}

void Chip::reset() {
  if (powered_) os_->reset();
}

Bytes Chip::process(ByteView command) {
  if (!powered_) throw PowerLoss{};
  try {
    return os_->answer(command);
  } catch (...) {
    power_off();
    throw;
  }
}

const Bytes& Chip::atr() const {
  return os_->hardware().atr;
}

const Effort& Chip::effort() const {
  return os_->effort();
}

LifeCycle Chip::life() const {
  return os_->life();
}

}  // namespace perso::vchip
