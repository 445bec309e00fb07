// Files and folders that nobody but their owner may read.
#pragma once

#include <filesystem>
#include <mutex>
#include <string_view>

#include "bytes/bytes.hpp"

namespace perso::station {

// All but write_all throw Error Code::config_invalid with the path where the disk or its permissions refuse.

/// Writes all of it, over interruptions by signals. False where the file takes no more.
bool write_all(int fd, ByteView contents);
/// Makes or replaces a file, mode 0600, and waits until it is on the disk.
void write_private_file(const std::filesystem::path& file, ByteView contents);
/// Makes a folder, mode 0700, with the folders above it that are not there yet. One that stands stays as it
/// is.
void make_private_folder(const std::filesystem::path& folder);

/// A folder of its own, mode 0700, that is gone with everything in it at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A file, mode 0600, to which lines are added. Thread-safe.
class LineFile {
 public:
  explicit LineFile(const std::filesystem::path& file);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  /// A line that finds no room is lost: what is written about must not stop for it.
  void add(std::string_view line) noexcept;

 private:
  std::mutex mutex_;
  int fd_;
};

}  // namespace perso::station
