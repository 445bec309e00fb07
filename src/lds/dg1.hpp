// EF.DG1 (ICAO 9303-10 4.7.1): the machine readable zone.
#pragma once

#include <string>
#include <string_view>

#include "bytes/bytes.hpp"
#include "bytes/deviations.hpp"

namespace perso::lds {

/// `61 { 5F1F zone }`. The zone is 90 (TD1), 72 (TD2) or 88 (TD3) characters A-Z 0-9 <.
/// @throws Error Code::malformed otherwise
Bytes encode_dg1(std::string_view mrz);
/// The zone; its check digits are not looked at. @throws Error Code::malformed
std::string parse_dg1(ByteView file, Deviations& deviations);
/// Strictly.
std::string parse_dg1(ByteView file);

}  // namespace perso::lds
