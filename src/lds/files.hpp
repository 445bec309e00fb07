// The elementary files of the eMRTD application and of the master file (ICAO 9303-10 clauses 3.11 and 4):
// numbers, tags, identifiers.
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
  int data_group = 0;     // 1 to 16; 0 for any other file
  tlv::Tag tag;           // of the element that is the file's contents
  iso7816::Fid fid;
  iso7816::ShortFid short_fid;
};

/// Of the master file. EF.CardSecurity has the identifier that EF.SOD has in the eMRTD application.
inline constexpr LdsFile ef_card_access{"EF.CardAccess", 0, tlv::Tag{0x31}, iso7816::Fid{0x011C},
                                        iso7816::ShortFid{0x1C}};
inline constexpr LdsFile ef_card_security{"EF.CardSecurity", 0, tlv::Tag{0x30}, iso7816::Fid{0x011D},
                                          iso7816::ShortFid{0x1D}};

/// Of the eMRTD application: EF.COM, EF.DG1 to EF.DG16 and EF.SOD.
std::span<const LdsFile> lds_files();

/// Among those of the eMRTD application; nullptr where there is none.
const LdsFile* find_data_group(int number);
const LdsFile* find_tag(tlv::Tag tag);
const LdsFile* find_fid(iso7816::Fid fid);

}  // namespace perso::lds
