#include "platform/platform.hpp"

#include <algorithm>
#include <array>

namespace perso::platform {

namespace {

constexpr std::uint16_t globalplatform_reserved[] = {0x0000, 0x3FFF, 0x6200, 0xDF70, 0xFFFF};
constexpr std::string_view globalplatform_algorithms[] = {"ecdsa-p256"};
constexpr std::string_view globalplatform_access[] = {"always", "never"};

constexpr std::array platforms = {
    Platform{
        .name = "globalplatform",
        .max_command_data = 65535,
        .max_file_size = 65535,  // what the length of a DGI can say
        .max_files = 64,
        .reserved_fids = globalplatform_reserved,
        .key_algorithms = globalplatform_algorithms,
        .read_access = globalplatform_access,
    },
};

}  // namespace

const Platform* find(std::string_view name) {
  const auto found = std::find_if(platforms.begin(), platforms.end(),
                                  [&](const Platform& platform) { return platform.name == name; });
  return found == platforms.end() ? nullptr : &*found;
}

std::span<const Platform> all() {
  return platforms;
}

}  // namespace perso::platform
