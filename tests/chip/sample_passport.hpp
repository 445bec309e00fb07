// A passport's files for chips of the iso7816 platform, made up, and how a run writes them.
#pragma once

#include <map>

#include "chip/driver.hpp"
#include "errors.hpp"
#include "lds/files.hpp"
#include "virtual_card.hpp"

namespace perso::test {

inline const channel::AccessData printed = {channel::PrintedData{"932682198", "850101", "360331"}, ""};

inline Random& chance() {
  static const std::unique_ptr<Random> random = crypto::system_random();
  return *random;
}

inline const crypto::PrivateKey& rsa_1024() {
  static const crypto::PrivateKey key = crypto::RsaPrivateKey::generate(1024, chance());
  return key;
}
inline const crypto::PrivateKey& p256() {
  static const crypto::PrivateKey key = crypto::EcPrivateKey::generate("secp256r1", chance());
  return key;
}

/// EF.COM, EF.DG1, EF.DG2, EF.DG14, EF.DG15 and EF.SOD by their sizes.
struct Passport {
  Passport() {
    const std::pair<std::uint16_t, std::size_t> sizes[] = {{0x011E, 24},  {0x0101, 93},  {0x0102, 5000},
                                                           {0x010E, 380}, {0x010F, 166}, {0x011D, 1700}};
    for (const auto& [fid, size] : sizes)
      for (std::size_t i = 0; i < size; ++i)
        files[fid].push_back(static_cast<std::uint8_t>(fid + 31 * i + i / 251));
  }

  std::vector<chip::FileImage> images() const {
    std::vector<chip::FileImage> all;
    for (const auto& [fid, contents] : files)
      all.push_back({iso7816::Fid{fid},
                     short_ids ? std::optional(lds::find_fid(iso7816::Fid{fid})->short_fid) : std::nullopt,
                     chip::ReadAccess::access_control, contents});
    return all;
  }

  std::map<std::uint16_t, Bytes> files;
  iso7816::Aid aid{lds::emrtd_aid};
  bool short_ids = true;            // of its profile
  bool chip_authentication = true;  // whether it has a key for it
};

/// A passport for a chip that answers as the published applet does: it has neither.
inline Passport plain_passport() {
  Passport passport;
  passport.short_ids = passport.chip_authentication = false;
  return passport;
}

inline vchip::ChipConfig blank(vchip::PassportKind kind = vchip::PassportKind::own) {
  vchip::ChipConfig config;
  config.platform = vchip::Platform::iso7816;
  config.hardware.passport = kind;
  return config;
}

inline std::unique_ptr<chip::Driver> driver_for(iso7816::Card& card) {
  return chip::make_driver(*platform::find("iso7816"), card, chance(), 255);
}

inline void check_contents(chip::Driver& driver, const Passport& passport) {
  for (const auto& [fid, contents] : passport.files) {
    const Bytes read = driver.read_back(passport.aid, iso7816::Fid{fid}, contents.size());
    CHECK(read == contents);
  }
}

/// As a run does it, up to the lock.
inline void write(chip::Driver& driver, const Passport& passport) {
  const chip::Identity identity = driver.identify();
  REQUIRE(identity.life == chip::Life::blank);
  driver.open(nullptr);
  driver.mark({});
  driver.install(passport.aid);
  driver.inject(passport.aid, {1, "rsa-1024", rsa_1024()});
  if (passport.chip_authentication) driver.inject(passport.aid, {2, "ecdh-p256", p256()});
  driver.set_access({printed, true, {}});
  driver.write(passport.aid, passport.images());
  check_contents(driver, passport);
}

}  // namespace perso::test
