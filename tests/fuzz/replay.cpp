// Runs a fuzz target over its corpus, for the tests: `fuzz_TARGET FOLDER`. The empty input comes first.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/target.hpp"

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  if (argc != 2 || !fs::is_directory(argv[1])) {
    std::fputs("usage: fuzz_TARGET FOLDER, the folder of its corpus\n", stderr);
    return 2;
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(argv[1]))
    if (entry.is_regular_file()) files.push_back(entry.path());
  if (files.empty()) {
    std::fprintf(stderr, "%s: there is nothing in it\n", argv[1]);
    return 2;
  }
  std::sort(files.begin(), files.end());
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const fs::path& file : files) {
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);  // the last name printed is that of the find
    std::ifstream in(file, std::ios::binary);
    const perso::Bytes input((std::istreambuf_iterator<char>(in)), {});
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
}
