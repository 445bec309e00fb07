// The stream of data groupings (DGI) that STORE DATA carries: src/vchip/CONTRACT.md section 6, GlobalPlatform
// Card Specification 2.3.1 11.11.2.3.
#pragma once

#include <span>

#include "chip/driver.hpp"

namespace perso::chip {

inline constexpr std::size_t max_dgi_head = 5;  // bytes in front of a value

/// Appends one DGI: identifier, length (1 byte, or FF and 2 bytes from 255 on), value.
/// @throws Error chip_full for a value above 65,535 bytes
void append_dgi(Bytes& out, std::uint16_t identifier, ByteView value);

/// All that is written to one application: DGI 6200 with the file control parameters of every file, then each
/// file's contents under its file identifier. @throws Error chip_full for a file above 65,535 bytes, or more
/// files than one DGI describes
Bytes dgi_stream(std::span<const FileImage> files);

}  // namespace perso::chip
