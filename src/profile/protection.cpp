// How the chip opens and proves itself is announced in its files, and signed in some of them: what a reader
// does not find there it does not use, and what it finds there has to work (ICAO 9303-11 9.2).
#include <algorithm>

#include "lds/files.hpp"
#include "profile/reading.hpp"

namespace perso::profile {

namespace {

/// Of the chip's own keys that agree on others.
constexpr std::array<Choice<std::string_view>, 1> curves{{{"secp256r1", "ecdh-p256"}}};

std::span<const channel::PaceInfo> pace_of(const Profile& profile) {
  if (!profile.chip.access) return {};
  return profile.chip.access->pace;
}

bool proves_chip(const channel::PaceInfo& info) {
  return info.protocol.mapping == Mapping::chip_authentication;
}

void check_card_access(const Reading& reading) {
  const File* file = file_with<CardAccess>(reading.profile);
  const bool offered = !pace_of(reading.profile).empty();
  if (offered && file == nullptr && reading.unclear.empty())
    reading.faults.add(reading.pace.front(),
                       "readers learn of PACE from EF.CardAccess, and it is missing; add an application with "
                       "master_file: true and in it a file with content: {card-access: true}");
  if (!offered && file != nullptr)
    reading.faults.add(
        file->place,
        "EF.CardAccess announces PACE, by which the chip does not open; leave the file out, or "
        "add pace under access:");
}

void check_card_security(const Reading& reading, const Place* mapping) {
  const File* file = file_with<CardSecurity>(reading.profile);
  if (mapping != nullptr && file == nullptr && reading.unclear.empty())
    reading.faults.add(*mapping,
                       "chip authentication mapping is verified with EF.CardSecurity, and it is missing; add "
                       "one to the master file, with content: {card-security: {signer: ...}}");
  if (mapping == nullptr && file != nullptr)
    reading.faults.add(file->place,
                       "EF.CardSecurity is for chip authentication mapping, by which the chip does not open; "
                       "leave the file out, or add that to pace under access:");
}

/// Chip authentication mapping works with the chip authentication key, on its curve.
void check_mapping(const Reading& reading, const channel::PaceInfo& info, Place place) {
  const Chip& chip = reading.profile.chip;
  if (!chip.chip_authentication)
    return reading.faults.add(
        place,
        "chip authentication mapping works with the chip authentication key, and the chip "
        "has none; add chip_authentication: {key, protocol} under chip:");
  const std::string curve =
      name_of<std::string_view>(chip.key(chip.chip_authentication->key)->algorithm, curves);
  const channel::DomainParameters* group = channel::find_parameters(info.parameters);
  if (group == nullptr || group->name != curve)
    reading.faults.add(place,
                       "chip authentication mapping works on the curve of the chip authentication key; "
                       "let group be " +
                           curve);
}

void check_mappings(const Reading& reading) {
  const std::span<const channel::PaceInfo> pace = pace_of(reading.profile);
  const Place* first = nullptr;
  for (std::size_t i = 0; i < pace.size(); ++i) {
    if (!proves_chip(pace[i])) continue;
    if (first == nullptr) first = &reading.pace[i];
    check_mapping(reading, pace[i], reading.pace[i]);
  }
  if (first != nullptr && std::ranges::all_of(pace, proves_chip))
    reading.faults.add(
        *first,
        "a chip with chip authentication mapping offers generic or integrated mapping too (ICAO "
        "9303-11 4.4); add one of them");
  check_card_security(reading, first);
}

/// Of whatever contents.
bool has_dg14(const Profile& profile) {
  return std::ranges::any_of(profile.applications, [](const Application& application) {
    return lds::is_emrtd(application.aid) &&
           std::ranges::find(application.files, lds::find_data_group(14)->fid, &File::fid) !=
               application.files.end();
  });
}

/// What EF.DG14 has to be there for, and where it is asked for.
struct Reason {
  Place place;
  std::string_view text;
};

std::optional<Reason> reason_for_options(const Reading& reading) {
  const Profile& profile = reading.profile;
  const auto is_emrtd = [](const Application& application) { return lds::is_emrtd(application.aid); };
  if (profile.chip.chip_authentication)
    return Reason{reading.chip_authentication, "readers learn of chip authentication from EF.DG14"};
  const File* file = file_with<ChipPublicKey>(profile);
  const ChipKey* key =
      file == nullptr ? nullptr : profile.chip.key(std::get<ChipPublicKey>(file->content).key);
  if (key != nullptr && key->algorithm.starts_with("ecdsa-"))
    return Reason{file->place, "EF.DG14 says with what an ECDSA key signs"};
  if (!reading.pace.empty() && std::ranges::any_of(profile.applications, is_emrtd))
    return Reason{reading.pace.front(), "EF.DG14 repeats under a signature what EF.CardAccess says"};
  return std::nullopt;
}

void check_security_options(const Reading& reading) {
  const File* file = file_with<SecurityOptions>(reading.profile);
  const std::optional<Reason> reason = reason_for_options(reading);
  if (reason && file == nullptr && !has_dg14(reading.profile) && reading.unclear.empty())
    reading.faults.add(reason->place, std::string(reason->text) +
                                          " (ICAO 9303-11 9.2), and it is missing; add it to the application "
                                          "\"" +
                                          to_hex(lds::emrtd_aid) +
                                          "\", with content: {security-options: true}");
  if (!reason && file != nullptr && reading.unclear.empty())
    reading.faults.add(
        file->place,
        "there is nothing to say in EF.DG14, neither of PACE nor of chip authentication nor of an "
        "ECDSA key; leave it out");
}

}  // namespace

void check_protection(const Reading& reading) {
  if (reading.protection_unclear) return;  // what follows from that would be told here
  check_card_access(reading);
  check_mappings(reading);
  check_security_options(reading);
}

}  // namespace perso::profile
