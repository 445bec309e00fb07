// Where the cards of a rehearsal lie: in the stack, in a slot, or taken out. A card is a file, and moving it
// is a rename.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace perso::vchip {

/// DIR/stack/*.chip wait, in the order of their names; DIR/slot-N/*.chip is in slot N; DIR/out/*.chip were
/// taken out. One server at a time works on a folder. Thread-safe.
class CardFolder {
 public:
  /// Makes the folders that are missing. @throws Error Code::reader_fault where they cannot be made or
  /// another server has them
  CardFolder(std::filesystem::path dir, unsigned slots);
  CardFolder(const CardFolder&) = delete;
  CardFolder& operator=(const CardFolder&) = delete;
  ~CardFolder();

  /// The card in a slot's folder.
  std::optional<std::filesystem::path> in_slot(unsigned slot) const;
  /// Takes the first of the stack into a slot.
  std::optional<std::filesystem::path> draw(unsigned slot);
  /// Takes the named card from the stack, or else from those taken out, into a slot. nullopt where it is in
  /// neither.
  std::optional<std::filesystem::path> fetch(unsigned slot, const std::string& name);
  /// Moves a card out of its slot.
  void take_out(const std::filesystem::path& card);

  std::size_t waiting() const;
  std::size_t taken_out() const;

 private:
  std::filesystem::path slot_dir(unsigned slot) const;
  std::filesystem::path dir_;
  int lock_ = -1;
  std::mutex moving_;
};

}  // namespace perso::vchip
