// The sample card behind access control, as its edition promises it.
#pragma once

#include "inspect/guarded_card.hpp"
#include "inspect/sample_card.hpp"
#include "lds/card_security.hpp"

namespace perso::test {

inline const std::string can = "362880";
inline const channel::PrintedData printed_zone = {number, "850101", "360331"};

/// What a chip has of keys, and its SecurityInfos.
struct ChipSecurity {
  crypto::EcPrivateKey key = crypto::EcPrivateKey::generate("secp256r1", chance());
  lds::SecurityInfos ways, all;

  explicit ChipSecurity(std::vector<channel::PaceInfo> pace) {
    ways.pace = std::move(pace);
    all.pace = ways.pace;
    all.chip_authentication = {{{channel::KeyAgreement::ecdh, channel::Cipher::aes_128}, std::nullopt}};
    all.chip_authentication_keys = {{key.public_key(), std::nullopt}};
    all.active_authentication = lds::ActiveAuthenticationInfo{crypto::Hash::sha256};
  }
  vchip::ChipKey of_chip() const { return {"secp256r1", key.scalar()}; }
};

inline const channel::PaceInfo generic_mapping = {
    {channel::KeyAgreement::ecdh, channel::Mapping::generic, channel::Cipher::aes_128}, 12};
inline const channel::PaceInfo chip_mapping = {
    {channel::KeyAgreement::ecdh, channel::Mapping::chip_authentication, channel::Cipher::aes_128}, 12};

/// With PACE, chip authentication and active authentication.
inline GuardedCard guarded_card(const ChipSecurity& security) {
  FakeCard files = good_card();
  FakeCard::Application& master_file = files.applications[{}];
  master_file.files[0x011C].contents = lds::encode_security_infos(security.ways);
  master_file.files[0x011D].contents =
      lds::encode_card_security(security.all, chain().signer, issued_at, chain().by_signer(chance()));
  master_file.short_fids = {{0x1C, 0x011C}, {0x1D, 0x011D}};
  FakeCard::Application& lds_files = files.applications[emrtd];
  lds_files.files[0x010E].contents = lds::encode_dg14(security.all);
  lds_files.short_fids[14] = 0x010E;
  lds_files.files[0x011E].contents = lds::encode_com({"0107", "040000", {1, 2, 14, 15}});
  sign_again(files);
  GuardedCard card(std::move(files), chance());
  card.can = vchip::can_password(as_bytes(can));
  card.zone = vchip::mrz_password(as_bytes(printed_zone.number), as_bytes(printed_zone.birth),
                                  as_bytes(printed_zone.expiry));
  card.key = security.of_chip();
  card.mapping_key = security.of_chip();
  return card;
}

inline inspect::Promises guarded_promises(const ChipSecurity& security) {
  inspect::Promises out = promises();
  for (inspect::PromisedApplication& application : out.applications)
    for (inspect::PromisedFile& file : application.files)
      if (file.read == inspect::PromisedFile::Read::always)
        file.read = inspect::PromisedFile::Read::access_control;
  out.applications[0].files.push_back(
      {"EF.DG14", iso7816::Fid{0x010E}, inspect::PromisedFile::Read::access_control, iso7816::ShortFid{14}});
  inspect::PromisedApplication master_file{"master", iso7816::Aid::master_file(), {}};
  master_file.files.push_back(
      {"EF.CardAccess", iso7816::Fid{0x011C}, inspect::PromisedFile::Read::always, iso7816::ShortFid{0x1C}});
  master_file.files.push_back({"EF.CardSecurity", iso7816::Fid{0x011D},
                               inspect::PromisedFile::Read::access_control, iso7816::ShortFid{0x1D}});
  out.applications.insert(out.applications.begin(), std::move(master_file));
  out.pace = security.ways.pace;
  out.chip_authentication = true;
  return out;
}

inline Inspector guarded_inspector(const ChipSecurity& security) {
  return {.editions = {edition(guarded_promises(security))}, .access = {std::nullopt, can}};
}

}  // namespace perso::test
