#include "vchip/slot_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "vchip/server.hpp"

namespace perso::vchip {

using namespace std::chrono_literals;

namespace {

// Control bytes of vpcd.
constexpr std::uint8_t control_off = 0;
constexpr std::uint8_t control_on = 1;
constexpr std::uint8_t control_reset = 2;
constexpr std::uint8_t control_atr = 4;

// How often an empty slot looks for a card, and a card for its reader.
constexpr auto look_interval = 50ms;

}  // namespace

SlotServer::SlotServer(unsigned slot, const ServerConfig& config, CardFolder& folder, Random& random)
    : slot_(slot),
      config_(config),
      folder_(folder),
      random_(random),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw Error(Code::reader_fault, "virtual slot: no eventfd is left");
  thread_ = std::thread([this] {
    try {
      run();
    } catch (const std::exception& error) {
      log(std::string("stopped: ") + error.what());
    }
    end();
  });
}

SlotServer::~SlotServer() {
  stopping_ = true;
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(wake_);
}

std::string SlotServer::insert(const std::string& name) {
  return ask([this, name]() -> std::string {
    if (chip_) return "error the slot is not empty";
    const auto card = folder_.fetch(slot_, name);
    if (!card) return "error no such card in the stack or among those taken out";
    put_in(*card);
    return chip_ ? "ok" : "error not a chip";
  });
}

std::string SlotServer::remove() {
  return ask([this]() -> std::string {
    if (!chip_) return "error the slot is empty";
    take_out();
    return "ok";
  });
}

std::string SlotServer::tear_after_commands(std::size_t commands) {
  return ask([this, commands]() -> std::string {
    if (!chip_) return "error the slot is empty";
    commands_to_tear_ = commands;
    return "ok";
  });
}

std::string SlotServer::tear_after_bytes(std::size_t bytes) {
  return ask([this, bytes]() -> std::string {
    if (!chip_) return "error the slot is empty";
    chip_->nvm().cut_power_after_bytes(bytes);
    return "ok";
  });
}

std::string SlotServer::stall() {
  return ask([this]() -> std::string {
    if (!chip_) return "error the slot is empty";
    stalled_ = true;
    return "ok";
  });
}

std::string SlotServer::describe() {
  return ask([this]() -> std::string {
    if (!chip_) return "-";
    const char* power = stalled_ ? "stalled" : chip_->powered() ? "on" : "off";
    return card_.filename().string() + " " + std::string(name_of(chip_->life())) + " " + power;
  });
}

std::string SlotServer::ask(std::function<std::string()> task) {
  std::packaged_task<std::string()> packaged(std::move(task));
  auto answer = packaged.get_future();
  {
    const std::lock_guard lock(asking_);
    if (ended_) return "error the slot has stopped";
    tasks_.push_back(std::move(packaged));
  }
  ::eventfd_write(wake_, 1);
  try {
    return answer.get();
  } catch (const std::exception& error) {
    return std::string("error ") + error.what();
  }
}

void SlotServer::run() {
  while (!stopping_) {
    do_tasks();
    if (!chip_) look_for_card();
    if (chip_ && !link_) connect();
    wait();
    if (link_ && !stalled_) serve_link();
    if (leaves_at_ && std::chrono::steady_clock::now() >= *leaves_at_) take_out();
  }
}

void SlotServer::end() {
  {
    const std::lock_guard lock(asking_);
    ended_ = true;
  }
  do_tasks();
  link_.reset();
}

void SlotServer::do_tasks() {
  std::vector<std::packaged_task<std::string()>> tasks;
  {
    const std::lock_guard lock(asking_);
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) task();
}

void SlotServer::look_for_card() {
  if (std::chrono::steady_clock::now() < insert_not_before_) return;
  auto card = folder_.in_slot(slot_);
  if (!card && config_.mode == FeedMode::feed) card = folder_.draw(slot_);
  if (card) put_in(*card);
}

void SlotServer::put_in(const std::filesystem::path& card) {
  try {
    chip_ = std::make_unique<Chip>(Nvm::open(card), random_);
  } catch (const Error& error) {
    log(card.filename().string() + " taken out: " + error.what());
    folder_.take_out(card);
    return;
  }
  card_ = card;
  answered_ = false;
  commands_since_insertion_ = 0;
  log(card_.filename().string() + " inserted");
}

void SlotServer::take_out() {
  folder_.take_out(card_);  // first: who sees the card gone finds it where it belongs
  link_.reset();
  chip_.reset();
  stalled_ = false;
  commands_to_tear_.reset();
  leaves_at_.reset();
  insert_not_before_ = std::chrono::steady_clock::now() + config_.insertion_gap;
  log(card_.filename().string() + " taken out");
  card_.clear();
}

void SlotServer::connect() {
  link_ = VpcdLink::connect(config_.host, static_cast<std::uint16_t>(config_.first_port + slot_));
}

void SlotServer::wait() {
  std::array<pollfd, 2> watched = {pollfd{wake_, POLLIN, 0}, pollfd{-1, POLLIN, 0}};
  if (link_ && !stalled_) watched[1].fd = link_->descriptor();
  std::chrono::milliseconds timeout = link_ ? std::chrono::milliseconds(-1) : look_interval;
  if (leaves_at_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*leaves_at_ - std::chrono::steady_clock::now());
    timeout = std::max(left, 0ms);
  }
  ::poll(watched.data(), watched.size(), static_cast<int>(timeout.count()));
  eventfd_t wakes = 0;
  ::eventfd_read(wake_, &wakes);
}

void SlotServer::serve_link() {
  bool up = link_->receive();
  while (up) {
    const auto message = link_->next_message();
    if (!message) return;
    up = serve_message(*message);
    if (!link_) return;  // the card was taken out
  }
  link_.reset();
  chip_->power_off();
  leaves_at_.reset();
}

bool SlotServer::serve_message(ByteView message) {
  if (message.size() == 1) return serve_control(message[0]);
  return message.empty() || serve_command(message);
}

bool SlotServer::serve_control(std::uint8_t control) {
  switch (control) {
    case control_off:
      chip_->power_off();
      if (config_.mode == FeedMode::feed && answered_)
        leaves_at_ = std::chrono::steady_clock::now() + config_.removal_grace;
      return true;
    case control_on:
    case control_reset:
      leaves_at_.reset();
      chip_->power_on();
      if (control == control_reset) chip_->reset();
      return true;
    case control_atr:
      return link_->send(chip_->atr());
    default:
      return true;
  }
}

bool SlotServer::serve_command(ByteView command) {
  try {
    if (commands_to_tear_ && (*commands_to_tear_)-- == 0) throw PowerLoss{};
    if (config_.stalls_after && commands_since_insertion_++ >= *config_.stalls_after) {
      stalled_ = true;
      return true;
    }
    const Bytes answer = chip_->process(command);
    if (config_.sleep) config_.sleep(config_.timing.cost(chip_->effort()));
    answered_ = true;
    return link_->send(answer);
  } catch (const PowerLoss&) {
    log(card_.filename().string() + " torn out");
  } catch (const Error& error) {
    log(card_.filename().string() + " failed: " + error.what());
  }
  take_out();
  return false;
}

void SlotServer::log(const std::string& line) const {
  if (config_.log) config_.log("slot " + std::to_string(slot_) + ": " + line);
}

}  // namespace perso::vchip
