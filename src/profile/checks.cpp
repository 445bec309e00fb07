// What concerns the files of an application together: identifiers, data groups and their signature.
#include <algorithm>
#include <set>

#include "lds/files.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// The file of the eMRTD application that a kind of content is; nullptr for one that may stand anywhere.
const lds::LdsFile* lds_file_of(const Content& content) {
  if (std::holds_alternative<Com>(content)) return lds::find_fid({0x011E});
  if (std::holds_alternative<Sod>(content)) return lds::find_fid({0x011D});
  if (std::holds_alternative<Mrz>(content)) return lds::find_data_group(1);
  if (std::holds_alternative<Face>(content)) return lds::find_data_group(2);
  if (std::holds_alternative<ChipPublicKey>(content)) return lds::find_data_group(15);
  return nullptr;
}

std::string hex_of(iso7816::Fid fid) {
  return to_hex(Bytes{static_cast<std::uint8_t>(fid.value >> 8), static_cast<std::uint8_t>(fid.value)});
}

std::string hex_of(std::uint8_t byte) {
  return to_hex(Bytes{byte});
}

std::string hex_of(tlv::Tag tag) {
  Bytes bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    if (const auto byte = static_cast<std::uint8_t>(tag.value >> shift); byte != 0 || !bytes.empty())
      bytes.push_back(byte);
  return to_hex(bytes);
}

void check_file(const File& file, const Profile& profile, Faults& faults) {
  const platform::Platform* platform = profile.chip.platform;
  if (file.fid.value == 0) return;  // has been told
  if (const lds::LdsFile* standard = lds_file_of(file.content);
      standard != nullptr && standard->fid != file.fid)
    faults.add(file.place, "content of this kind is " + std::string(standard->name) + " with the id \"" +
                               hex_of(standard->fid) + "\" (ICAO 9303-10); correct the id");
  if (platform != nullptr &&
      std::ranges::find(platform->reserved_fids, file.fid.value) != platform->reserved_fids.end())
    faults.add(file.place,
               "the platform keeps the id \"" + hex_of(file.fid) + "\" for itself; choose another");
}

bool is_emrtd(const Application& application) {
  return lds::is_emrtd(application.aid);
}

/// In the eMRTD application identifiers and tags are ICAO's.
void check_lds_file(const File& file, Faults& faults) {
  const lds::LdsFile* standard = lds::find_fid(file.fid);
  if (standard == nullptr) return;
  const std::string name(standard->name);
  if (file.short_fid && *file.short_fid != standard->short_fid)
    faults.add(file.place, name + " has the short id \"" + hex_of(standard->short_fid.value) +
                               "\" (ICAO 9303-10); correct it");
  if (file.size)
    faults.add(file.place, name + " is as large as the one element in it (ICAO 9303-10); leave size out");
  const auto* content = std::get_if<Template>(&file.content);
  if (content != nullptr && content->root.tag.value != 0 && content->root.tag != standard->tag)
    faults.add(content->root.place, name + " is a template with the tag \"" + hex_of(standard->tag) +
                                        "\" (ICAO 9303-10); correct the tag");
}

void check_lds(const Application& application, Faults& faults) {
  for (const File& file : application.files) check_lds_file(file, faults);
  if (std::ranges::find(application.files, iso7816::Fid{}, &File::fid) != application.files.end())
    return;  // one that has no id yet may be the one that is missing
  for (const iso7816::Fid fid :
       {iso7816::Fid{0x011E}, iso7816::Fid{0x0101}, iso7816::Fid{0x0102}, iso7816::Fid{0x011D}})
    if (std::ranges::find(application.files, fid, &File::fid) == application.files.end())
      faults.add(application.place, "the eMRTD application has no " + std::string(lds::find_fid(fid)->name) +
                                        " (ICAO 9303-10); add it with the id \"" + hex_of(fid) + "\"");
}

void check_identifiers(const Application& application, Faults& faults) {
  std::set<iso7816::Fid> fids;
  std::set<iso7816::ShortFid> short_fids;
  for (const File& file : application.files) {
    if (file.fid.value != 0 && !fids.insert(file.fid).second)
      faults.add(file.place,
                 "another file of this application has the id \"" + hex_of(file.fid) + "\"; choose another");
    if (file.short_fid && !short_fids.insert(*file.short_fid).second)
      faults.add(file.place, "another file of this application has the same short id; choose another");
  }
}

template <typename Kind>
const File* file_with(const Application& application) {
  const auto found = std::ranges::find_if(
      application.files, [](const File& file) { return std::holds_alternative<Kind>(file.content); });
  return found == application.files.end() ? nullptr : &*found;
}

void check_sod(const Application& application, Faults& faults) {
  const File* file = file_with<Sod>(application);
  if (file == nullptr) return;
  const auto is_data_group = [](const File& other) {
    const lds::LdsFile* standard = lds::find_fid(other.fid);
    return standard != nullptr && standard->data_group != 0;
  };
  if (std::ranges::count_if(application.files, is_data_group) < 2)
    faults.add(
        file->place,
        "EF.SOD signs two data groups or more (ICAO 9303-10 4.6.2), and the application has fewer; add them");
  const std::string& version = std::get<Sod>(file->content).lds_version;
  const File* com = file_with<Com>(application);
  if (com == nullptr && version == "0108")
    faults.add(file->place,
               "EF.SOD of LDS 1.8 repeats the versions of EF.COM, which is missing; add it or use \"0107\"");
  const std::string other = com == nullptr ? "" : std::get<Com>(com->content).lds_version;
  if (!other.empty() && !version.empty() && other != version)
    faults.add(file->place, "EF.SOD is of LDS version \"" + version + "\" and EF.COM of \"" + other +
                                "\"; give both the same");
}

}  // namespace

void check_applications(const Profile& profile, Faults& faults) {
  std::set<iso7816::Aid> aids;
  std::set<std::string> names;
  for (const Application& application : profile.applications) {
    if (application.aid != iso7816::Aid(Bytes(5)) && !aids.insert(application.aid).second)
      faults.add(application.place, "another application has the same aid; choose another");
    if (!application.name.empty() && !names.insert(application.name).second)
      faults.add(application.place, "another application has the same name; choose another");
    for (const File& file : application.files) check_file(file, profile, faults);
    check_identifiers(application, faults);
    check_sod(application, faults);
    if (is_emrtd(application)) check_lds(application, faults);
  }
}

}  // namespace perso::profile
