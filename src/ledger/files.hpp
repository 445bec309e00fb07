// Files of a home: for the owner alone, durable, and the lock.
#pragma once

#include <filesystem>
#include <string>

#include "bytes/bytes.hpp"

namespace perso::ledger {

/// An open file with mode 0600, whatever the umask; closed when a child program is started. Everything throws
/// Error ledger_io.
class PrivateFile {
 public:
  enum class Mode { existing, fresh, either };  // `fresh` fails where there is one
  PrivateFile(const std::filesystem::path& path, Mode mode);
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  PrivateFile(PrivateFile&& other) noexcept;
  ~PrivateFile();

  /// At most `size` bytes; fewer where the file ends.
  Bytes read(std::size_t offset, std::size_t size) const;
  /// In place, and on the disk when it returns.
  void write_durably(std::size_t offset, ByteView bytes);
  void truncate();
  /// Takes the whole file for this process (flock); false when another one has it.
  bool lock();

 private:
  [[noreturn]] void fail(const char* what) const;
  std::filesystem::path path_;
  int descriptor_;
};

/// Makes new names in a folder durable.
void sync_folder(const std::filesystem::path& folder);

/// The lock of a home, ledger.lock, which names its holder.
class HomeLock {
 public:
  /// @param holder what a second program is told, "process 4711 (anna, run)"
  /// @throws Error ledger_busy with the holder's words
  HomeLock(const std::filesystem::path& home, const std::string& holder);

 private:
  PrivateFile file_;
};

}  // namespace perso::ledger
