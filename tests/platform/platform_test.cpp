#include "platform/platform.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace perso;

namespace {

using Words = std::vector<std::string_view>;

Words words(std::span<const std::string_view> list) {
  return {list.begin(), list.end()};
}
std::set<std::uint16_t> numbers(std::span<const std::uint16_t> list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("a platform is found by the name that a profile writes") {
  for (const char* name : {"globalplatform", "iso7816"}) {
    const platform::Platform* found = platform::find(name);
    REQUIRE(found != nullptr);
    CHECK(found->name == name);
  }
  CHECK(platform::find("GlobalPlatform") == nullptr);
  CHECK(platform::find("") == nullptr);
}

TEST_CASE("the globalplatform platform is what the chip's contract says") {
  const platform::Platform& chip = *platform::find("globalplatform");
  CHECK(chip.contract == "src/vchip/CONTRACT.md");
  CHECK(chip.max_command_data == 65535);
  CHECK(chip.max_file_size == 32767);
  CHECK(chip.max_files == 64);
  CHECK(chip.max_applications == 16);
  CHECK(chip.page == 64);
  CHECK(chip.file_pages == 1);
  CHECK(chip.other_pages == 1);
  CHECK(chip.key_sets);
  CHECK(chip.short_ids);
  CHECK(chip.applications.empty());
  CHECK(numbers(chip.reserved_fids) ==
        std::set<std::uint16_t>{0x0000, 0x3F00, 0x3FFF, 0x6200, 0x7F48, 0xDF70, 0xDF71, 0xFFFF});
  CHECK(words(chip.generated_keys) == Words{"ecdsa-p256", "ecdh-p256"});
  CHECK(words(chip.injected_keys) == Words{"ecdsa-p256", "ecdh-p256"});
  CHECK(words(chip.read_access) == Words{"always", "never", "access-control"});
  CHECK(words(chip.access) == Words{"bac", "pace"});
  CHECK(chip.master_file);
  CHECK(words(chip.chip_authentication) ==
        Words{"ecdh-3des", "ecdh-aes-128", "ecdh-aes-192", "ecdh-aes-256"});
}

TEST_CASE("the iso7816 platform is what the chip's contract says") {
  const platform::Platform& chip = *platform::find("iso7816");
  CHECK(chip.contract == "src/vchip/CONTRACT-iso7816.md");
  CHECK(chip.max_command_data == 255);
  CHECK(chip.max_file_size == 32767);
  CHECK(chip.max_applications == 1);
  CHECK_FALSE(chip.key_sets);
  CHECK(words(chip.applications) == Words{"A0000002471001"});
  CHECK(words(chip.generated_keys).empty());
  CHECK(words(chip.injected_keys) == Words{"rsa-1024", "ecdh-p256"});
  CHECK(words(chip.read_access) == Words{"access-control"});
  CHECK(words(chip.access) == Words{"bac"});
  CHECK_FALSE(chip.master_file);
  CHECK(words(chip.chip_authentication) == Words{"ecdh-3des"});
}

TEST_CASE("every platform can be reckoned with") {
  std::set<std::string_view> names;
  for (const platform::Platform& each : platform::all()) {
    CAPTURE(each.name);
    CHECK(names.insert(each.name).second);
    CHECK(each.page > 0);
    CHECK_FALSE(each.read_access.empty());
    for (const std::string_view word : each.read_access) {
      const bool named = word == platform::name_of(platform::ReadAccess::always) ||
                         word == platform::name_of(platform::ReadAccess::never) ||
                         word == platform::name_of(platform::ReadAccess::access_control);
      CHECK(named);
    }
    // The last byte of the largest file still has an offset of 15 bits in READ BINARY (ISO/IEC
    // 7816-4 11.2.2).
    CHECK(each.max_file_size - 1 <= 0x7FFF);
  }
}
