// A folder for the targets of what is read from files. It goes with the program that made it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fuzz/target.hpp"

namespace perso::fuzz {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("perso-fuzz-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  /// @param name also in a folder of its own, "foreign/one.cer"
  std::filesystem::path write(const std::string& name, ByteView contents) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream out(path_ / name, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(contents.data()), static_cast<std::streamsize>(contents.size()));
    hold(static_cast<bool>(out.flush()), "the scratch folder takes files");
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace perso::fuzz
