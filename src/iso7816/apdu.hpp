// Command and response APDUs as values (ISO/IEC 7816-4 clause 5), status words, file and application
// identifiers.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "bytes/bytes.hpp"

namespace perso::iso7816 {

/// SW1 SW2. A status word is a value: the step that asked judges it, never the transport.
struct StatusWord {
  std::uint16_t value = 0;
  constexpr auto operator<=>(const StatusWord&) const = default;
  constexpr bool ok() const { return value == 0x9000; }
  constexpr std::uint8_t sw1() const { return static_cast<std::uint8_t>(value >> 8); }
  constexpr std::uint8_t sw2() const { return static_cast<std::uint8_t>(value & 0xFF); }
};

namespace sw {
inline constexpr StatusWord success{0x9000};
inline constexpr StatusWord end_of_file{0x6282};
inline constexpr StatusWord authentication_failed{0x6300};
inline constexpr StatusWord memory_failure{0x6581};
inline constexpr StatusWord wrong_length{0x6700};
inline constexpr StatusWord secure_messaging_missing{0x6987};
inline constexpr StatusWord secure_messaging_wrong{0x6988};
inline constexpr StatusWord security_status{0x6982};
inline constexpr StatusWord conditions_not_satisfied{0x6985};
inline constexpr StatusWord command_not_allowed{0x6986};
inline constexpr StatusWord wrong_data{0x6A80};
inline constexpr StatusWord function_not_supported{0x6A81};
inline constexpr StatusWord file_not_found{0x6A82};
inline constexpr StatusWord not_enough_memory{0x6A84};
inline constexpr StatusWord wrong_p1p2{0x6A86};
inline constexpr StatusWord referenced_data_not_found{0x6A88};
inline constexpr StatusWord file_exists{0x6A89};
inline constexpr StatusWord wrong_offset{0x6B00};
inline constexpr StatusWord ins_not_supported{0x6D00};
inline constexpr StatusWord cla_not_supported{0x6E00};
}  // namespace sw

/// File identifier of an EF or DF, two bytes.
struct Fid {
  std::uint16_t value = 0;
  constexpr auto operator<=>(const Fid&) const = default;
};

/// Short EF identifier, 1 to 30.
struct ShortFid {
  std::uint8_t value = 0;
  constexpr auto operator<=>(const ShortFid&) const = default;
};

/// Application identifier, 5 to 16 bytes; or the master file, which has none.
class Aid {
 public:
  /// @throws Error Code::malformed outside of 5 to 16 bytes
  explicit Aid(ByteView bytes);
  /// What holds the card's own files, EF.CardAccess for one: selected by its file identifier, 3F00.
  static Aid master_file() { return Aid(); }
  bool is_master_file() const { return bytes_.empty(); }
  ByteView bytes() const { return bytes_; }
  std::string hex() const { return to_hex(bytes_); }
  auto operator<=>(const Aid&) const = default;

 private:
  Aid() = default;
  Bytes bytes_;
};

/// A command APDU, cases 1 to 4, short and extended.
struct CommandApdu {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data;          // 0 to 65,535 bytes (Nc)
  std::size_t ne = 0;  // the most bytes of response data that are expected: 0 none, up to 65,536

  /// Extended length where Nc > 255 or Ne > 256, else short.
  Bytes encode() const;
  /// The inverse, for the chip's side and for tests. @throws Error Code::malformed
  static CommandApdu parse(ByteView bytes);
  bool extended() const { return data.size() > 255 || ne > 256; }
};

inline constexpr std::size_t max_ne_short = 256;
inline constexpr std::size_t max_ne_extended = 65536;

struct ResponseApdu {
  Bytes data;
  StatusWord status;

  Bytes encode() const;
  /// @throws Error Code::malformed below two bytes
  static ResponseApdu parse(ByteView bytes);
};

}  // namespace perso::iso7816
