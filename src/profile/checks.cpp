// What concerns the files of an application together: identifiers, data groups and their signature.
#include <algorithm>
#include <array>
#include <set>

#include "lds/files.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

template <typename Kind>
bool holds(const Content& content) {
  return std::holds_alternative<Kind>(content);
}

/// The files that have a kind of content of their own: ICAO's, in the eMRTD application or in the master
/// file.
struct OwnKind {
  bool in_master_file;
  std::string_view file;
  iso7816::Fid fid;
  iso7816::ShortFid short_fid;
  std::string_view name;
  bool (*is)(const Content&);
};
constexpr std::array<OwnKind, 8> own_kinds{{
    {true, "EF.CardAccess", {0x011C}, {0x1C}, "card-access", holds<CardAccess>},
    {true, "EF.CardSecurity", {0x011D}, {0x1D}, "card-security", holds<CardSecurity>},
    {false, "EF.COM", {0x011E}, {0x1E}, "com", holds<Com>},
    {false, "EF.DG1", {0x0101}, {0x01}, "mrz", holds<Mrz>},
    {false, "EF.DG2", {0x0102}, {0x02}, "face", holds<Face>},
    {false, "EF.DG14", {0x010E}, {0x0E}, "security-options", holds<SecurityOptions>},
    {false, "EF.DG15", {0x010F}, {0x0F}, "public-key", holds<ChipPublicKey>},
    {false, "EF.SOD", {0x011D}, {0x1D}, "sod", holds<Sod>},
}};

/// nullptr for contents that may stand in any file.
const OwnKind* own_kind_of(const Content& content) {
  const auto found = std::ranges::find_if(own_kinds, [&](const OwnKind& kind) { return kind.is(content); });
  return found == own_kinds.end() ? nullptr : &*found;
}

/// Of the eMRTD application; nullptr for a file without one.
const OwnKind* own_kind_of(iso7816::Fid fid) {
  const auto found = std::ranges::find_if(
      own_kinds, [&](const OwnKind& kind) { return !kind.in_master_file && kind.fid == fid; });
  return found == own_kinds.end() ? nullptr : &*found;
}

bool is_home(const Application& application, const OwnKind& kind) {
  return kind.in_master_file ? application.aid.is_master_file() : lds::is_emrtd(application.aid);
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

/// Whether the bytes are one element with this tag, and nothing else.
bool is_element(ByteView bytes, tlv::Tag tag) {
  try {
    return tlv::single(bytes, tlv::Rules::ber).tag == tag;
  } catch (const Error&) {
    return false;
  }
}

/// EF.DG11 and EF.DG12 begin with the tags of what is in them (ICAO 9303-10 4.7.11, 4.7.12).
bool begins_with_tags(const Template& content) {
  const auto& items = std::get<std::vector<Element>>(content.root.contents);
  return items.empty() || (items.front().tag == tlv::Tag{0x5C} &&
                           std::holds_alternative<Element::TagList>(items.front().contents));
}

/// What stands in a file of the eMRTD application. One with a kind of its own is judged by its id.
void check_lds_content(const File& file, const lds::LdsFile& standard, Faults& faults) {
  const std::string name(standard.name);
  if (own_kind_of(file.content) != nullptr) return;
  if (const OwnKind* kind = own_kind_of(standard.fid); kind != nullptr) {
    faults.add(file.place,
               name + " has content of the kind " + std::string(kind->name) + " (ICAO 9303-10); write that");
    return;
  }
  if (const auto* content = std::get_if<Template>(&file.content)) {
    if (content->root.tag.value != 0 && content->root.tag != standard.tag)
      faults.add(content->root.place, name + " is a template with the tag \"" + hex_of(standard.tag) +
                                          "\" (ICAO 9303-10); correct the tag");
    if ((standard.data_group == 11 || standard.data_group == 12) && !begins_with_tags(*content))
      faults.add(content->root.place,
                 name + " begins with its tag list (ICAO 9303-10); write {tag: \"5C\", tags: true} first");
    return;
  }
  const auto* literal = std::get_if<Literal>(&file.content);
  if (literal == nullptr || !is_element(literal->bytes, standard.tag))
    faults.add(file.place, name + " is one element with the tag \"" + hex_of(standard.tag) +
                               "\" (ICAO 9303-10); write a template, or a literal in hex that is one");
}

void check_file(const File& file, const Application& application, const Profile& profile, Faults& faults) {
  const platform::Platform* platform = profile.chip.platform;
  const OwnKind* kind = own_kind_of(file.content);
  if (kind != nullptr && !is_home(application, *kind) && application.aid != unknown_aid())
    faults.add(file.place, "content of the kind " + std::string(kind->name) + " belongs into " +
                               (kind->in_master_file ? "the master file"
                                                     : "the application \"" + to_hex(lds::emrtd_aid) + "\"") +
                               " (ICAO 9303-10); move it there");
  if (file.fid.value == 0) return;  // has been told
  if (kind != nullptr && kind->fid != file.fid)
    faults.add(file.place, "content of this kind is " + std::string(kind->file) + " with the id \"" +
                               hex_of(kind->fid) + "\" (ICAO 9303-10); correct the id");
  if (platform != nullptr &&
      std::ranges::find(platform->reserved_fids, file.fid.value) != platform->reserved_fids.end())
    faults.add(file.place,
               "the platform keeps the id \"" + hex_of(file.fid) + "\" for itself; choose another");
}

/// A file of ICAO's, of that name.
void check_form(const File& file, const std::string& name, iso7816::ShortFid short_fid, Faults& faults) {
  if (file.short_fid && *file.short_fid != short_fid)
    faults.add(file.place,
               name + " has the short id \"" + hex_of(short_fid.value) + "\" (ICAO 9303-10); correct it");
  if (file.size)
    faults.add(file.place, name + " is as large as the one element in it (ICAO 9303-10); leave size out");
}

/// In the eMRTD application identifiers and tags are ICAO's.
void check_lds_file(const File& file, bool unclear, Faults& faults) {
  if (file.fid.value == 0) return;  // has been told
  const lds::LdsFile* standard = lds::find_fid(file.fid);
  if (standard == nullptr && own_kind_of(file.content) == nullptr)
    faults.add(file.place, "the eMRTD application has no file with the id \"" + hex_of(file.fid) +
                               "\" (ICAO 9303-10); choose one of its data groups");
  if (standard == nullptr) return;
  if (!unclear) check_lds_content(file, *standard, faults);
  check_form(file, std::string(standard->name), standard->short_fid, faults);
}

void check_lds(const Reading& reading, std::size_t place) {
  Faults& faults = reading.faults;
  const Application& application = reading.profile.applications[place];
  for (std::size_t i = 0; i < application.files.size(); ++i)
    check_lds_file(application.files[i], reading.unclear.contains({place, i}), faults);
  if (std::ranges::find(application.files, iso7816::Fid{}, &File::fid) != application.files.end())
    return;  // one that has no id yet may be the one that is missing
  for (const iso7816::Fid fid :
       {iso7816::Fid{0x011E}, iso7816::Fid{0x0101}, iso7816::Fid{0x0102}, iso7816::Fid{0x011D}})
    if (std::ranges::find(application.files, fid, &File::fid) == application.files.end())
      faults.add(application.place, "the eMRTD application has no " + std::string(lds::find_fid(fid)->name) +
                                        " (ICAO 9303-10); add it with the id \"" + hex_of(fid) + "\"");
}

/// Two files, each of its own kind. They stand where readers look without having been told.
void check_master_file(const Reading& reading, std::size_t place) {
  const Application& application = reading.profile.applications[place];
  for (std::size_t i = 0; i < application.files.size(); ++i) {
    const File& file = application.files[i];
    const OwnKind* kind = own_kind_of(file.content);
    if (kind == nullptr && !reading.unclear.contains({place, i}))
      reading.faults.add(
          file.place,
          "the master file holds EF.CardAccess and EF.CardSecurity; move this into an application");
    if (kind == nullptr || !kind->in_master_file) continue;
    const std::string name(kind->file);
    const Access wanted = holds<CardAccess>(file.content) ? Access::always : Access::access_control;
    if (file.read != wanted && !reading.unclear.contains({place, i}))
      reading.faults.add(file.place, name + " is read " + (wanted == Access::always ? "before" : "after") +
                                         " the chip opens; let read be " + name_of(wanted, accesses));
    check_form(file, name, kind->short_fid, reading.faults);
  }
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

void check_applications(const Reading& reading) {
  const Profile& profile = reading.profile;
  Faults& faults = reading.faults;
  std::set<iso7816::Aid> aids;
  std::set<std::string> names;
  for (std::size_t i = 0; i < profile.applications.size(); ++i) {
    const Application& application = profile.applications[i];
    if (application.aid != unknown_aid() && !aids.insert(application.aid).second)
      faults.add(application.place, application.aid.is_master_file()
                                        ? "another application is the master file already; keep one"
                                        : "another application has the same aid; choose another");
    if (!application.name.empty() && !names.insert(application.name).second)
      faults.add(application.place, "another application has the same name; choose another");
    for (const File& file : application.files) check_file(file, application, profile, faults);
    check_identifiers(application, faults);
    check_sod(application, faults);
    if (lds::is_emrtd(application.aid)) check_lds(reading, i);
    if (application.aid.is_master_file() && profile.chip.platform != nullptr &&
        profile.chip.platform->master_file)
      check_master_file(reading, i);
  }
}

}  // namespace perso::profile
