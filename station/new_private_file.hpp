// A file of holder data that is being written: nobody but its owner may read it, and no half of it stays.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace perso::station {

/// Mode 0600. Until `keep` it is gone again with this object; where the program ends without it, what was
/// `finish`ed stays.
class NewPrivateFile {
 public:
  /// @throws Error Code::usage where there is one, config_invalid where the disk or its permissions refuse,
  /// as all below
  explicit NewPrivateFile(const std::filesystem::path& path);
  ~NewPrivateFile();
  NewPrivateFile(const NewPrivateFile&) = delete;
  NewPrivateFile& operator=(const NewPrivateFile&) = delete;

  void add(std::string_view text);
  /// What was added is on the disk, under its name. Nothing can be added after it.
  void finish();
  /// The same, and the file stays.
  void keep();

 private:
  void write_buffer();
  void sync_folder() const;
  [[noreturn]] void fail() const;
  std::filesystem::path path_;
  int fd_;
  std::string buffer_;
  bool kept_ = false;
};

}  // namespace perso::station
