// A folder that lives as long as a test, and independent programs run over the files in it.
#pragma once

#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "bytes/bytes.hpp"

namespace perso::test {

class Scratch {
 public:
  Scratch() {
    std::string path = (std::filesystem::temp_directory_path() / "perso-test-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = path;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const std::filesystem::path& folder() const { return folder_; }

  void write(const std::string& name, ByteView bytes) const {
    std::ofstream out(folder_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + name);
  }

  Bytes read(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
  }

  struct Outcome {
    int status = 0;
    std::string output;  // standard output and error
    bool says(const std::string& text) const { return output.find(text) != std::string::npos; }
  };

  /// Runs a shell command inside the folder.
  Outcome run(const std::string& command) const {
    Outcome out;
    FILE* pipe = popen(("cd '" + folder_.string() + "' && { " + command + "; } 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("no shell");
    std::array<char, 4096> buffer;
    while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe))
      out.output.append(buffer.data(), size);
    out.status = pclose(pipe);
    return out;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace perso::test
