// What each chip platform can take, as data: read by the linter, the plan and the chip drivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace perso::platform {

/// Who may read a file once the chip is locked.
enum class ReadAccess : std::uint8_t {
  always,
  never,
  access_control  // in a channel that opens by what is printed on the card: PACE or BAC (ICAO 9303-11 4)
};
/// As a profile writes it.
std::string_view name_of(ReadAccess access);

struct Platform {
  std::string_view name;         // as a profile writes it
  std::string_view contract;     // where its commands are described
  std::size_t max_command_data;  // bytes in the data field of a command: 65,535, or 255 for short length only
  std::size_t max_file_size;     // bytes
  std::size_t max_files;         // per application
  std::size_t max_applications;
  std::size_t page;         // bytes of memory that are given out together
  std::size_t file_pages;   // what a file takes besides its contents
  std::size_t other_pages;  // what an application and a key take, each
  /// Whether a blank opens with transport keys that the issuer's replace (SCP03). Without, a blank is open to
  /// everybody until it is locked.
  bool key_sets;
  bool short_ids;                                  // files may have short identifiers
  std::span<const std::string_view> applications;  // AIDs (hex) that it has; empty: any can be made
  std::span<const std::uint16_t> reserved_fids;
  std::span<const std::string_view> generated_keys;       // that the chip makes: "ecdsa-p256", "ecdh-p256"
  std::span<const std::string_view> injected_keys;        // that it takes: those, "rsa-1024"
  std::span<const std::string_view> read_access;          // "always", "never", "access-control"
  std::span<const std::string_view> access;               // how it can be opened to readers: "bac", "pace"
  bool master_file;                                       // files may stand in it, EF.CardAccess for one
  std::span<const std::string_view> chip_authentication;  // with which protocols: "ecdh-3des"
};

/// The platform of that name, or nullptr.
const Platform* find(std::string_view name);
std::span<const Platform> all();

}  // namespace perso::platform
