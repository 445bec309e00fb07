#include "vchip/card_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "bytes/error.hpp"

namespace perso::vchip {

namespace fs = std::filesystem;

namespace {

constexpr const char* extension = ".chip";

bool is_card(const fs::directory_entry& entry) {
  return entry.path().extension() == extension && entry.is_regular_file();
}

std::optional<fs::path> first_card(const fs::path& dir) {
  std::optional<fs::path> first;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (is_card(entry) && (!first || entry.path() < *first)) first = entry.path();
  }
  return first;
}

std::size_t count_cards(const fs::path& dir) {
  return static_cast<std::size_t>(std::ranges::count_if(fs::directory_iterator(dir), is_card));
}

}  // namespace

CardFolder::CardFolder(fs::path dir, unsigned slots) : dir_(std::move(dir)) {
  std::error_code failed;
  fs::create_directories(dir_ / "stack", failed);
  fs::create_directories(dir_ / "out", failed);
  for (unsigned slot = 0; slot < slots; ++slot) fs::create_directories(slot_dir(slot), failed);
  lock_ = ::open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0)
    throw Error(Code::reader_fault,
                "virtual cards: the folder " + dir_.string() + " cannot be made or opened");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw Error(Code::reader_fault, "virtual cards: another server works on " + dir_.string());
  }
}

CardFolder::~CardFolder() {
  ::close(lock_);
}

fs::path CardFolder::slot_dir(unsigned slot) const {
  return dir_ / ("slot-" + std::to_string(slot));
}

std::optional<fs::path> CardFolder::in_slot(unsigned slot) const {
  return first_card(slot_dir(slot));
}

std::optional<fs::path> CardFolder::draw(unsigned slot) {
  const std::lock_guard lock(moving_);
  const auto card = first_card(dir_ / "stack");
  if (!card) return std::nullopt;
  const fs::path target = slot_dir(slot) / card->filename();
  fs::rename(*card, target);
  return target;
}

std::optional<fs::path> CardFolder::fetch(unsigned slot, const std::string& name) {
  // A plain file name: nothing outside of the two folders is reached.
  if (fs::path(name).filename() != name || fs::path(name).extension() != extension) return std::nullopt;
  const std::lock_guard lock(moving_);
  for (const char* from : {"stack", "out"}) {
    const fs::path card = dir_ / from / name;
    if (!fs::is_regular_file(card)) continue;
    const fs::path target = slot_dir(slot) / name;
    fs::rename(card, target);
    return target;
  }
  return std::nullopt;
}

void CardFolder::take_out(const fs::path& card) {
  const std::lock_guard lock(moving_);
  fs::path target = dir_ / "out" / card.filename();
  // Another card of this name that was taken out before is kept.
  for (int n = 2; fs::exists(target); ++n) {
    target.replace_filename(card.stem().string() + "-" + std::to_string(n) + extension);
  }
  fs::rename(card, target);
}

std::size_t CardFolder::waiting() const {
  return count_cards(dir_ / "stack");
}
std::size_t CardFolder::taken_out() const {
  return count_cards(dir_ / "out");
}

}  // namespace perso::vchip
