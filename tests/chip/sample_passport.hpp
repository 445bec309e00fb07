// A whole passport for chips of the iso7816 platform, and how a run writes it.
#pragma once

#include "chip/driver.hpp"
#include "errors.hpp"
#include "inspect/sample_card.hpp"
#include "virtual_card.hpp"

namespace perso::test {

inline const channel::PrintedData printed = {"932682198", "850101", "360331"};

inline const crypto::RsaPrivateKey& chip_key() {
  static const auto key = crypto::RsaPrivateKey::generate(1024, chance());
  return key;
}

/// EF.COM, EF.DG1, EF.DG2, EF.DG15 and EF.SOD, as an edition would list them.
struct Passport {
  Passport() {
    files[0x011E] = lds::encode_com({"0107", "040000", {1, 2, 15}});
    files[0x0101] = dg1_of(zone());
    files[0x0102] = lds::encode_dg2(portrait());
    files[0x010F] = lds::encode_dg15(chip_key().public_key());
    sign();
  }

  void sign() {
    files[0x011D] = lds::encode_sod(
        lds::security_object_over({{1, files[0x0101]}, {2, files[0x0102]}, {15, files[0x010F]}}),
        chain().signer, issued_at, chain().by_signer(chance()));
  }

  std::optional<iso7816::ShortFid> short_fid(std::uint16_t fid) const {
    return short_ids ? std::optional(lds::find_fid({fid})->short_fid) : std::nullopt;
  }

  std::vector<chip::FileImage> images() const {
    std::vector<chip::FileImage> all;
    for (const auto& [fid, contents] : files)
      all.push_back({iso7816::Fid{fid}, short_fid(fid), chip::ReadAccess::bac, contents});
    return all;
  }

  std::map<std::uint16_t, Bytes> files;
  iso7816::Aid aid{emrtd};
  bool short_ids = true;  // of its profile
};

inline inspect::Promises promised_by(const Passport& passport) {
  inspect::Promises promised;
  inspect::PromisedApplication application{"eMRTD", passport.aid, {}};
  for (const auto& [fid, contents] : passport.files) {
    const lds::LdsFile& file = *lds::find_fid({fid});
    application.files.push_back(
        {std::string(file.name), file.fid, inspect::PromisedFile::Read::bac, passport.short_fid(fid)});
  }
  promised.applications.push_back(std::move(application));
  promised.active_authentication = true;
  return promised;
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

/// As a run does it, up to the lock.
inline void write(chip::Driver& driver, const Passport& passport) {
  const chip::Identity identity = driver.identify();
  REQUIRE(identity.life == chip::Life::blank);
  driver.open(nullptr);
  driver.mark({});
  driver.install(passport.aid);
  driver.inject(passport.aid, {1, "rsa-1024", chip_key()});
  driver.set_access(passport.aid, printed);
  driver.write(passport.aid, passport.images());
  for (const auto& [fid, contents] : passport.files) {
    const Bytes read = driver.read_back(passport.aid, iso7816::Fid{fid}, contents.size());
    CHECK(read == contents);
  }
}

}  // namespace perso::test
