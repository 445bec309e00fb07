// The elementary files of the eMRTD application (ICAO 9303-10 clause 4): numbers, tags, identifiers.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "iso7816/apdu.hpp"
#include "tlv/tlv.hpp"

namespace perso::lds {

/// The eMRTD application.
inline constexpr std::array<std::uint8_t, 7> emrtd_aid{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01};
bool is_emrtd(const iso7816::Aid& application);

struct LdsFile {
  std::string_view name;  // "EF.DG1"
  int data_group = 0;     // 1 to 16; 0 for EF.COM and EF.SOD
  tlv::Tag tag;           // of the template that is the file's contents
  iso7816::Fid fid;
  iso7816::ShortFid short_fid;
};

/// EF.COM, EF.DG1 to EF.DG16 and EF.SOD.
std::span<const LdsFile> lds_files();

/// nullptr where there is none.
const LdsFile* find_data_group(int number);
const LdsFile* find_tag(tlv::Tag tag);
const LdsFile* find_fid(iso7816::Fid fid);

}  // namespace perso::lds
