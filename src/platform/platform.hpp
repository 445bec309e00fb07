// What each chip platform can take, as data: read by the linter, the plan and the chip drivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace perso::platform {

struct Platform {
  std::string_view name;         // as a profile writes it
  std::size_t max_command_data;  // bytes in the data field of a protected command, extended length
  std::size_t max_file_size;     // bytes
  std::size_t max_files;         // per application
  std::span<const std::uint16_t> reserved_fids;
  std::span<const std::string_view> key_algorithms;  // that the chip can generate, "ecdsa-p256"
  std::span<const std::string_view> read_access;     // "always", "never"
};

/// The platform of that name, or nullptr. `globalplatform` is src/vchip/CONTRACT.md.
const Platform* find(std::string_view name);
std::span<const Platform> all();

}  // namespace perso::platform
