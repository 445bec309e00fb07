// Each fault that a profile can have, as a profile that has it: tests/profile/faults/*.yaml. The comment at
// the top of each says what is told of it, "LINE:COLUMN what is wrong; how to mend it", word for word.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "bytes/error.hpp"
#include "profile/profile.hpp"

namespace perso::profile {

namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The comment at the top, line for line, as the error's message has it.
std::string expected(const std::string& text) {
  std::istringstream in(text);
  std::string line, all;
  while (std::getline(in, line) && line.starts_with("# "))
    all += (all.empty() ? "" : "\n") + ("p.yaml:" + line.substr(2));
  return all;
}

std::string told(const std::string& text) {
  try {
    parse(text, "p.yaml");
  } catch (const Error& error) {
    CHECK(error.code() == Code::profile_invalid);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("each fault is told with its line, its column and how to mend it") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PERSO_SOURCE_DIR "/tests/profile/faults")) {
    CAPTURE(entry.path().filename().string());
    const std::string text = read(entry.path());
    const std::string message = told(text);
    REQUIRE(!expected(text).empty());
    CHECK(expected(text) == message);
    std::istringstream lines(message);
    for (std::string line; std::getline(lines, line);)
      CHECK_MESSAGE(line.find("; ") != std::string::npos, "says not how to mend it: ", line);
    ++count;
  }
  CHECK(count >= 255);
}

}  // namespace perso::profile
