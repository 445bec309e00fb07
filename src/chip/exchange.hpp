// What every driver says to a chip, and how it takes the answers.
#pragma once

#include <functional>
#include <string>

#include "bytes/error.hpp"
#include "chip/driver.hpp"
#include "tlv/tlv.hpp"

namespace perso::chip {

/// Data bytes that a command of short length always takes.
inline constexpr std::size_t least_field = 255;

/// For what a chip of another make would say. @throws Error chip_foreign
[[noreturn]] void foreign(const std::string& what);

/// Reads what the chip said: an encoding that breaks its format is a foreign chip's.
template <typename Read>
auto understood(Read read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != Code::malformed) throw;
    foreign("the chip gives an answer that cannot be read");
  }
}

/// For a step that the platform's data does not list. @throws Error profile_invalid
[[noreturn]] void lacking(const platform::Platform& platform, std::string_view what);

/// @throws Error profile_invalid where a file is read otherwise than the platform knows
void require_access(const platform::Platform& platform, std::span<const FileImage> files);

/// For a status word that a step did not expect. @throws Error chip_full for 6A84, else command_refused
[[noreturn]] void refused(std::string_view command, iso7816::StatusWord status);

/// The data of an answer that must be 9000. @param name of the command, for the error
Bytes send(iso7816::Card& to, const iso7816::CommandApdu& command, std::string_view name);

/// ISO/IEC 7816-4 7.1.1. @param p2 00 with an FCI, 0C without
iso7816::CommandApdu select_by_aid(const iso7816::Aid& aid, std::uint8_t p2, std::size_t ne);
/// An EF of the selected application, without an FCI.
iso7816::CommandApdu select_file(iso7816::Fid fid);
/// An object with a tag of two bytes (GlobalPlatform 11.3).
iso7816::CommandApdu get_data(tlv::Tag tag);

/// The value of the only element, which must have this tag. @throws Error chip_foreign
ByteView value_of(ByteView data, tlv::Tag tag);
/// The value of the element with this tag among others; empty where there is none. @throws Error chip_foreign
ByteView value_within(ByteView data, tlv::Tag tag);

/// From the CPLC data of the card manager, which is selected: IC fabricator and type, fabrication date,
/// serial number, batch (GlobalPlatform appendix H). nullopt where the chip keeps it to itself: 6982.
/// @throws Error chip_foreign
std::optional<keys::ChipId> read_chip_id(iso7816::Card& card);

/// An identification: a command that the chip refuses in it is not for chips of its make.
/// @throws Error chip_foreign
Identity identified(const std::function<Identity()>& read);

}  // namespace perso::chip
