#include "run/steps.hpp"

#include "bytes/error.hpp"

namespace perso::run {

namespace {

/// Whether the file has the public half of the key: EF.DG15, and EF.DG14 of chip authentication.
bool publishes(const profile::File& file, const profile::Profile& profile, const std::string& key) {
  if (const auto* content = std::get_if<profile::ChipPublicKey>(&file.content)) return content->key == key;
  const auto& authentication = profile.chip.chip_authentication;
  return std::holds_alternative<profile::SecurityOptions>(file.content) && authentication &&
         authentication->key == key;
}

/// The application that publishes the key is the one that holds it.
const iso7816::Aid& owner_of(const profile::Profile& profile, const std::string& key) {
  for (const profile::Application& application : profile.applications)
    for (const profile::File& file : application.files)
      if (publishes(file, profile, key)) return application.aid;
  throw Error(Code::profile_invalid, "no file publishes the key '" + key + "' of the chip");
}

}  // namespace

std::vector<chip::FileImage> images_of(const plan::PlannedApplication& application,
                                       const plan::PlannedApplication* before) {
  std::vector<chip::FileImage> images;
  for (std::size_t i = 0; i < application.files.size(); ++i) {
    const plan::PlannedFile& file = application.files[i];
    if (!file.contents || (before != nullptr && before->files[i].contents)) continue;
    images.push_back({file.fid, file.short_fid, file.read, *file.contents});
  }
  return images;
}

void install(chip::Driver& driver, const plan::Plan& plan) {
  for (const plan::PlannedApplication& application : plan.applications) driver.install(application.aid);
}

std::map<std::string, Bytes> generate_keys(chip::Driver& driver, const profile::Profile& profile) {
  std::map<std::string, Bytes> made;
  for (const profile::ChipKey& key : profile.chip.generates)
    made[key.name] = driver.generate(owner_of(profile, key.name), {key.id, key.algorithm});
  return made;
}

void inject_keys(chip::Driver& driver, const profile::Profile& profile, const plan::Plan& plan) {
  for (const plan::PlannedKey& key : plan.keys)
    driver.inject(owner_of(profile, key.name), {key.id, key.algorithm, *key.key});
}

void set_access(chip::Driver& driver, const profile::Profile& profile, const plan::Plan& plan) {
  const auto& access = profile.chip.access;
  if (access && plan.access) driver.set_access({*plan.access, access->bac, access->pace});
}

}  // namespace perso::run
