// Files and chip against the platform's limits and the chip's memory.
#include "identity/mrz.hpp"
#include "lds/dg2.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

// What only the key set or the chip knows is counted with what it hardly exceeds, so that no card finds its
// chip full: a certificate, signatures with their signer's certificate, a public key with its curve.
constexpr std::size_t certificate_bytes = 1200, cms_bytes = 1600, gmt_0010_bytes = 1300,
                      public_key_bytes = 350;
constexpr std::size_t sod_bytes = 1800;          // besides the digests
constexpr std::size_t digest_overhead = 8;       // 30 L 02 01 n 04 L, and the outer lengths' growth
constexpr std::size_t com_bytes = 36;            // EF.COM with the tags of all sixteen data groups
constexpr std::size_t security_info_bytes = 32;  // two OIDs, or one with a version and an identifier
constexpr std::size_t access_data_bytes = 72;    // number and dates, access number, each in an element
constexpr std::size_t zone_overhead = 5;         // 61 L 5F1F L
constexpr std::size_t header_bytes = 3 + 4;      // the longest tag and length of an element in a template

std::size_t room_for_element(const Element& element, const Profile& profile) {
  std::size_t inside = 0;
  if (const auto* text = std::get_if<Element::Text>(&element.contents))
    inside = most_bytes(profile, text->value, text->encoding);
  if (const auto* bytes = std::get_if<Bytes>(&element.contents)) inside = bytes->size();
  if (const auto* items = std::get_if<std::vector<Element>>(&element.contents))
    for (const Element& item : *items) inside += room_for_element(item, profile) + 2;  // and in the tag list
  return header_bytes + inside;
}

struct Room {
  const Application& application;
  const Profile& profile;

  std::size_t portrait(const std::string& name) const {
    const Field* field = profile.field(name);
    return field == nullptr ? 0 : field->portrait.max_bytes;
  }
  std::size_t pace_bytes() const {
    return profile.chip.access ? security_info_bytes * profile.chip.access->pace.size() : 0;
  }
  std::size_t security_infos_bytes() const {
    const std::size_t proofs = 3 * security_info_bytes;  // of chip and active authentication
    return 2 * header_bytes + pace_bytes() + proofs +
           (profile.chip.chip_authentication ? public_key_bytes : 0);
  }
  std::size_t operator()(const Mrz& mrz) const { return zone_overhead + identity::mrz_size(mrz.form); }
  std::size_t operator()(const Com&) const { return com_bytes; }
  std::size_t operator()(const Face& face) const { return portrait(face.portrait) + lds::dg2_overhead; }
  std::size_t operator()(const Image& image) const { return portrait(image.portrait); }
  std::size_t operator()(const ChipPublicKey&) const { return public_key_bytes; }
  std::size_t operator()(const CardAccess&) const { return header_bytes + pace_bytes(); }
  std::size_t operator()(const SecurityOptions&) const { return security_infos_bytes(); }
  std::size_t operator()(const CardSecurity&) const { return cms_bytes + security_infos_bytes(); }
  std::size_t operator()(const Sod& sod) const {
    // Of the files of the application all but two are data groups.
    return sod_bytes + application.files.size() * (digest_overhead + crypto::digest_size(sod.hash));
  }
  std::size_t operator()(const Cms& cms) const {
    return cms.kind == Cms::Kind::gmt_0010 ? gmt_0010_bytes : cms_bytes;
  }
  std::size_t operator()(const Certificate&) const { return certificate_bytes; }
  std::size_t operator()(const Literal& literal) const { return literal.bytes.size(); }
  std::size_t operator()(const Record& record) const { return record.size; }
  std::size_t operator()(const Template& tree) const { return room_for_element(tree.root, profile); }
};

void check_file(const File& file, const Application& application, const Profile& profile, Faults& faults) {
  const std::size_t contents = room_for(file, application, profile);
  const std::size_t size = file.size.value_or(contents);
  if (contents > size)
    faults.add(file.place, "the contents may take " + std::to_string(contents) + " bytes, and the file has " +
                               std::to_string(size) + "; make it larger");
  if (const auto* platform = profile.chip.platform; platform != nullptr && size > platform->max_file_size)
    faults.add(file.place, "the file may take " + std::to_string(size) + " bytes, the platform's files " +
                               std::to_string(platform->max_file_size) + "; make it smaller");
}

/// What the chip keeps to open by.
std::size_t room_for_access(const Chip& chip) {
  if (!chip.access) return 0;
  return access_data_bytes + security_info_bytes * chip.access->pace.size();
}

/// In pages, as the platform gives out its memory.
std::size_t pages(const Profile& profile) {
  const Chip& chip = profile.chip;
  const std::size_t page = chip.platform->page;
  const auto pages_of = [page](std::size_t bytes) { return (bytes + page - 1) / page; };
  std::size_t count = chip.platform->other_pages * (chip.generates.size() + chip.injects.size()) +
                      pages_of(room_for_access(chip));
  for (const Application& application : profile.applications) {
    if (!application.aid.is_master_file()) count += chip.platform->other_pages;  // that one is there
    for (const File& file : application.files)
      count += chip.platform->file_pages + pages_of(file.size.value_or(room_for(file, application, profile)));
  }
  return count;
}

}  // namespace

std::size_t room_for(const File& file, const Application& application, const Profile& profile) {
  return std::visit(Room{application, profile}, file.content);
}

void check_room(const Reading& reading) {
  const Profile& profile = reading.profile;
  for (const Application& application : profile.applications)
    for (const File& file : application.files) check_file(file, application, profile, reading.faults);
  if (profile.chip.platform == nullptr) return;
  const std::size_t bytes = pages(profile) * profile.chip.platform->page;
  if (profile.chip.memory != 0 && bytes > profile.chip.memory)
    reading.faults.add(reading.memory, "what the profile puts on the chip takes up to " +
                                           std::to_string(bytes) + " bytes, the chip has " +
                                           std::to_string(profile.chip.memory) +
                                           "; make files smaller, or take a larger chip");
}

}  // namespace perso::profile
