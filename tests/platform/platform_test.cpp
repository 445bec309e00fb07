#include "platform/platform.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace perso;

TEST_CASE("a platform is found by the name that a profile writes") {
  const platform::Platform* found = platform::find("globalplatform");
  REQUIRE(found != nullptr);
  CHECK(found->name == "globalplatform");
  CHECK(platform::find("GlobalPlatform") == nullptr);
  CHECK(platform::find("") == nullptr);
}

TEST_CASE("the globalplatform platform is what the chip's contract says") {
  const platform::Platform& chip = *platform::find("globalplatform");
  CHECK(chip.max_command_data == 65535);
  CHECK(chip.max_file_size == 65535);
  CHECK(chip.max_files == 64);
  const std::set<std::uint16_t> reserved(chip.reserved_fids.begin(), chip.reserved_fids.end());
  CHECK(reserved == std::set<std::uint16_t>{0x0000, 0x3FFF, 0x6200, 0xDF70, 0xFFFF});
  CHECK(std::ranges::equal(chip.key_algorithms, std::initializer_list<std::string_view>{"ecdsa-p256"}));
  CHECK(std::ranges::equal(chip.read_access, std::initializer_list<std::string_view>{"always", "never"}));
}

TEST_CASE("names are told apart") {
  std::set<std::string_view> names;
  for (const platform::Platform& each : platform::all()) CHECK(names.insert(each.name).second);
}
