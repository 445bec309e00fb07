// What the shipped editions put on a chip, as a list that a person can read: tests/profile/summary/*.txt.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "profile/reading.hpp"

namespace perso::profile {

namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string_view kind_of(const Content& content) {
  constexpr std::array<std::string_view, std::variant_size_v<Content>> kinds{
      "mrz", "com",   "face",        "public-key", "card-access", "security-options", "card-security",
      "sod", "image", "certificate", "cms",        "literal",     "record",           "template"};
  return kinds.at(content.index());
}

std::string summary(const Profile& profile) {
  std::ostringstream out;
  out << profile.name << " on " << profile.chip.platform->name << ", " << profile.chip.memory << " bytes\n"
      << std::left;
  for (const Field& field : profile.holder)
    out << std::setw(16) << field.name << name_of(field.type) << (field.optional ? ", optional\n" : "\n");
  for (const Application& application : profile.applications) {
    out << application.name << ' ' << (application.aid.is_master_file() ? "3F00" : application.aid.hex())
        << '\n';
    for (const File& file : application.files)
      out << "  " << std::setw(16) << file.name << std::hex << std::uppercase << std::setfill('0')
          << std::right << std::setw(4) << file.fid.value << std::dec << std::setfill(' ') << std::left << ' '
          << std::setw(15) << name_of(file.read, accesses) << std::setw(17) << kind_of(file.content)
          << room_for(file, application, profile) << '\n';
  }
  return out.str();
}

}  // namespace

TEST_CASE("the shipped editions are good, and hold what they always held") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PERSO_SOURCE_DIR "/profiles")) {
    if (!entry.is_directory()) continue;
    CAPTURE(entry.path().filename().string());
    const Profile profile = load(entry.path());
    CHECK(profile.name == entry.path().filename());
    CHECK(summary(profile) ==
          read(std::filesystem::path(PERSO_SOURCE_DIR "/tests/profile/summary") / (profile.name + ".txt")));
    ++count;
  }
  CHECK(count == 3);
}

}  // namespace perso::profile
