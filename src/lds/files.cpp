#include "lds/files.hpp"

#include <algorithm>
#include <array>

namespace perso::lds {

namespace {

constexpr LdsFile data_group(std::string_view name, int number, std::uint32_t tag) {
  const auto short_fid = static_cast<std::uint8_t>(number);
  return {name, number, tlv::Tag{tag}, iso7816::Fid{static_cast<std::uint16_t>(0x0100 + number)},
          iso7816::ShortFid{short_fid}};
}

constexpr std::array<LdsFile, 18> files{
    LdsFile{"EF.COM", 0, tlv::Tag{0x60}, iso7816::Fid{0x011E}, iso7816::ShortFid{0x1E}},
    data_group("EF.DG1", 1, 0x61),
    data_group("EF.DG2", 2, 0x75),
    data_group("EF.DG3", 3, 0x63),
    data_group("EF.DG4", 4, 0x76),
    data_group("EF.DG5", 5, 0x65),
    data_group("EF.DG6", 6, 0x66),
    data_group("EF.DG7", 7, 0x67),
    data_group("EF.DG8", 8, 0x68),
    data_group("EF.DG9", 9, 0x69),
    data_group("EF.DG10", 10, 0x6A),
    data_group("EF.DG11", 11, 0x6B),
    data_group("EF.DG12", 12, 0x6C),
    data_group("EF.DG13", 13, 0x6D),
    data_group("EF.DG14", 14, 0x6E),
    data_group("EF.DG15", 15, 0x6F),
    data_group("EF.DG16", 16, 0x70),
    LdsFile{"EF.SOD", 0, tlv::Tag{0x77}, iso7816::Fid{0x011D}, iso7816::ShortFid{0x1D}},
};

template <typename Predicate>
const LdsFile* first(Predicate matches) {
  const auto found = std::ranges::find_if(files, matches);
  return found != files.end() ? &*found : nullptr;
}

}  // namespace

std::span<const LdsFile> lds_files() {
  return files;
}

const LdsFile* find_data_group(int number) {
  return first([number](const LdsFile& file) { return number != 0 && file.data_group == number; });
}

const LdsFile* find_tag(tlv::Tag tag) {
  return first([tag](const LdsFile& file) { return file.tag == tag; });
}

bool is_emrtd(const iso7816::Aid& application) {
  return std::ranges::equal(application.bytes(), emrtd_aid);
}

const LdsFile* find_fid(iso7816::Fid fid) {
  return first([fid](const LdsFile& file) { return file.fid == fid; });
}

}  // namespace perso::lds
