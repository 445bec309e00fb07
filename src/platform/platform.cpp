#include "platform/platform.hpp"

#include <algorithm>
#include <array>

namespace perso::platform {

namespace {

constexpr std::uint16_t globalplatform_reserved[] = {0x0000, 0x3F00, 0x3FFF, 0x6200,
                                                     0x7F48, 0xDF70, 0xDF71, 0xFFFF};
constexpr std::string_view globalplatform_keys[] = {"ecdsa-p256", "ecdh-p256"};
constexpr std::string_view globalplatform_reading[] = {"always", "never", "access-control"};
constexpr std::string_view globalplatform_access[] = {"bac", "pace"};
constexpr std::string_view globalplatform_protocols[] = {"ecdh-3des", "ecdh-aes-128", "ecdh-aes-192",
                                                         "ecdh-aes-256"};

constexpr std::string_view iso7816_applications[] = {"A0000002471001"};
constexpr std::uint16_t iso7816_reserved[] = {0x0000, 0x3F00, 0x3FFF, 0xFFFF};  // ISO/IEC 7816-4 7.3.1
constexpr std::string_view iso7816_keys[] = {"rsa-1024", "ecdh-p256"};
constexpr std::string_view iso7816_reading[] = {"access-control"};
constexpr std::string_view iso7816_access[] = {"bac"};
constexpr std::string_view iso7816_protocols[] = {"ecdh-3des"};  // in its channel of basic access control

constexpr std::array platforms = {
    Platform{
        .name = "globalplatform",
        .contract = "src/vchip/CONTRACT.md",
        .max_command_data = 65535,
        .max_file_size = 32767,  // what the offset of READ BINARY reaches, of 15 bits
        .max_files = 64,
        .max_applications = 16,
        .page = 64,
        .file_pages = 1,
        .other_pages = 1,
        .key_sets = true,
        .short_ids = true,
        .applications = {},
        .reserved_fids = globalplatform_reserved,
        .generated_keys = globalplatform_keys,
        .injected_keys = globalplatform_keys,
        .read_access = globalplatform_reading,
        .access = globalplatform_access,
        .master_file = true,
        .chip_authentication = globalplatform_protocols,
    },
    Platform{
        .name = "iso7816",
        .contract = "src/vchip/CONTRACT-iso7816.md",
        .max_command_data = 255,
        .max_file_size = 32767,
        .max_files = 18,  // EF.COM, EF.DG1 to EF.DG16, EF.SOD
        .max_applications = 1,
        .page = 64,
        .file_pages = 1,
        .other_pages = 1,
        .key_sets = false,
        .short_ids = true,  // the fixed ones of ICAO 9303-10
        .applications = iso7816_applications,
        .reserved_fids = iso7816_reserved,
        .generated_keys = {},
        .injected_keys = iso7816_keys,
        .read_access = iso7816_reading,
        .access = iso7816_access,
        .master_file = false,
        .chip_authentication = iso7816_protocols,
    },
};

}  // namespace

std::string_view name_of(ReadAccess access) {
  constexpr std::string_view names[] = {"always", "never", "access-control"};
  return names[static_cast<std::size_t>(access)];
}

const Platform* find(std::string_view name) {
  const auto found = std::find_if(platforms.begin(), platforms.end(),
                                  [&](const Platform& platform) { return platform.name == name; });
  return found == platforms.end() ? nullptr : &*found;
}

std::span<const Platform> all() {
  return platforms;
}

}  // namespace perso::platform
