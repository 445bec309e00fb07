// A folder on the disk of the build, with a fresh name, that is gone at the end.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

namespace perso::bench {

class Scratch {
 public:
  explicit Scratch(const std::string& stem)
      : path(std::filesystem::path(PERSO_BINARY_DIR) / (stem + "-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  const std::filesystem::path path;
};

}  // namespace perso::bench
