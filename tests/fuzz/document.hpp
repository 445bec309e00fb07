// A document in a virtual chip, made by the driver as any card is. The same each time: its chance is seeded.
#pragma once

#include "chip/driver.hpp"
#include "crypto/chain.hpp"
#include "identity/mrz.hpp"
#include "identity/portrait_codec.hpp"
#include "inspect/inspect.hpp"
#include "lds/card_security.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "support/chip_keys.hpp"
#include "support/seeded_random.hpp"
#include "vchip/chip.hpp"

namespace perso::fuzz {

/// A chip without a reader.
class BareChip final : public iso7816::Card {
 public:
  explicit BareChip(vchip::Chip& chip) : chip_(chip) {}
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    return iso7816::ResponseApdu::parse(chip_.process(command.encode()));
  }

 private:
  vchip::Chip& chip_;
};

class Document {
 public:
  using Contents = std::map<std::pair<iso7816::Aid, iso7816::Fid>, Bytes>;

  /// @param ways that open it; without any it is readable in the clear
  explicit Document(std::vector<channel::PaceInfo> ways) {
    infos_.pace = std::move(ways);
    trust.add(chain_.csca, inspect::Trust::production);
    vchip::Nvm memory;
    vchip::Chip::make({{}, key_set(transport)}, memory);
    vchip::Chip chip(std::move(memory), random_);
    chip.power_on();
    BareChip card(chip);
    const auto driver = chip::make_driver(*platform::find("globalplatform"), card, random_, 65535);
    personalize(*driver);
    const ByteView log = chip.nvm().log();
    memory_.assign(log.begin(), log.end());
    promise();
  }

  inspect::TrustStore trust;
  std::vector<inspect::Edition> editions;  // it alone
  channel::AccessData access;
  Instant today = test::issued_at + std::chrono::days(30);

  /// As it left its maker, and without power.
  vchip::Chip chip(Random& random) const { return {vchip::Nvm::from_log(memory_), random}; }
  const Contents& contents() const { return contents_; }

 private:
  static constexpr std::uint8_t transport = 1, issuer = 2;  // versions of the key sets

  bool closed() const { return !infos_.pace.empty(); }
  chip::ReadAccess read() const {
    return closed() ? chip::ReadAccess::access_control : chip::ReadAccess::always;
  }

  static Bytes key(std::uint8_t version, std::uint8_t role) {
    return Bytes(16, static_cast<std::uint8_t>(16 * version + role));
  }
  static test::ClearChipKeys keys(std::uint8_t version) {
    return {version, key(version, 1), key(version, 2), key(version, 3)};
  }
  static vchip::KeySet key_set(std::uint8_t version) {
    vchip::KeySet set;
    set.version = version;
    for (std::uint8_t role = 1; role <= 3; ++role) set.keys[role - 1U] = Secret(key(version, role));
    return set;
  }

  void personalize(chip::Driver& driver) {
    const test::ClearChipKeys first = keys(transport), next = keys(issuer);
    driver.identify();
    driver.open(&first);
    driver.mark({0xF2});
    driver.install(emrtd_);
    driver.replace_keys(next);
    const auto point = [&](std::uint8_t id, std::string_view algorithm) {
      return crypto::EcPublicKey::from_point("secp256r1", driver.generate(emrtd_, {id, algorithm}));
    };
    const crypto::EcPublicKey signing = point(1, "ecdsa-p256");
    if (closed()) infos_.chip_authentication_keys = {{point(2, "ecdh-p256"), std::nullopt}};
    fill(signing);
    if (closed()) {
      access = {std::nullopt, "362880"};
      driver.set_access({access, false, infos_.pace});
    }
    for (const iso7816::Aid& application : {iso7816::Aid::master_file(), emrtd_}) write(driver, application);
    driver.lock();
  }

  /// Every file's contents.
  void fill(const crypto::EcPublicKey& signing) {
    const auto put = [&](const lds::LdsFile& file, Bytes contents) {
      contents_.insert_or_assign({emrtd_, file.fid}, std::move(contents));
    };
    const auto by_signer = chain_.by_signer(random_);
    std::vector<int> groups = {1, 2, 15};
    put(*lds::find_data_group(1), lds::encode_dg1(identity::encode_mrz(identity::MrzForm::td1, zone())));
    put(*lds::find_data_group(2),
        lds::encode_dg2(*identity::encode_jpeg({24, 32, 3, Bytes(24 * 32 * 3, 200)}, 4096)));
    put(*lds::find_data_group(15), lds::encode_dg15(signing, crypto::EcParameters::named_curve));
    if (closed()) {
      infos_.active_authentication = lds::ActiveAuthenticationInfo{};
      infos_.chip_authentication = {{{channel::KeyAgreement::ecdh, channel::Cipher::aes_128}, std::nullopt}};
      groups = {1, 2, 14, 15};
      put(*lds::find_data_group(14), lds::encode_dg14(infos_));
      lds::SecurityInfos ways;
      ways.pace = infos_.pace;
      const iso7816::Aid master_file = iso7816::Aid::master_file();
      contents_[{master_file, lds::ef_card_access.fid}] = lds::encode_security_infos(ways);
      contents_[{master_file, lds::ef_card_security.fid}] =
          lds::encode_card_security(infos_, chain_.signer, test::issued_at, by_signer);
    }
    std::map<int, ByteView> signed_groups;
    for (const int group : groups)
      signed_groups.emplace(group, contents_.at({emrtd_, lds::find_data_group(group)->fid}));
    put(*lds::find_fid({0x011D}),
        lds::encode_sod(lds::security_object_over(signed_groups), chain_.signer, test::issued_at, by_signer));
    put(*lds::find_fid({0x011E}), lds::encode_com({"0107", "040000", groups}));
  }

  static identity::MrzFields zone() {
    identity::MrzFields fields;
    fields.document_code = "IR";
    fields.issuing_state = "UTO";
    fields.number = "D23145890";
    fields.birth = "740812";
    fields.sex = 'F';
    fields.expiry = "320415";
    fields.nationality = "UTO";
    fields.name = {"ERIKSSON", "ANNA"};
    return fields;
  }

  static const lds::LdsFile& file_of(const iso7816::Aid& application, iso7816::Fid fid) {
    if (!application.is_master_file()) return *lds::find_fid(fid);
    return fid == lds::ef_card_access.fid ? lds::ef_card_access : lds::ef_card_security;
  }
  chip::ReadAccess read_of(const lds::LdsFile& file) const {
    return &file == &lds::ef_card_access ? chip::ReadAccess::always : read();
  }

  void write(chip::Driver& driver, const iso7816::Aid& application) const {
    std::vector<chip::FileImage> images;
    for (const auto& [place, contents] : contents_) {
      if (place.first != application) continue;
      const lds::LdsFile& file = file_of(application, place.second);
      images.push_back({file.fid, file.short_fid, read_of(file), contents});
    }
    if (!images.empty()) driver.write(application, images);
  }

  void promise() {
    inspect::Promises promises;
    for (const iso7816::Aid& application : {iso7816::Aid::master_file(), emrtd_}) {
      inspect::PromisedApplication promised{application.is_master_file() ? "MF" : "eMRTD", application, {}};
      for (const auto& [place, contents] : contents_) {
        if (place.first != application) continue;
        const lds::LdsFile& file = file_of(application, place.second);
        promised.files.push_back({std::string(file.name), file.fid, read_of(file), file.short_fid});
      }
      if (!promised.files.empty()) promises.applications.push_back(std::move(promised));
    }
    promises.active_authentication = true;
    promises.chip_authentication = closed();
    promises.pace = infos_.pace;
    promises.versions = {"0107", "040000"};
    editions.push_back({"document", std::move(promises), "IRUTO"});
  }

  test::SeededRandom random_{20'261'122};
  test::Chain chain_ = test::Chain::make(crypto::EcParameters::named_curve, random_);
  iso7816::Aid emrtd_{lds::emrtd_aid};
  lds::SecurityInfos infos_;
  Contents contents_;
  Bytes memory_;
};

}  // namespace perso::fuzz
