#include "plan/encoders.hpp"

#include <algorithm>

#include "crypto/gmt0010.hpp"
#include "crypto/public_key.hpp"
#include "identity/country.hpp"
#include "identity/mrz.hpp"
#include "lds/card_security.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "lds/sod.hpp"
#include "plan/chip_keys.hpp"
#include "plan/spelling.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

constexpr std::string_view lds_1_7 = "0107";  // whose security object names no versions

/// ecdsa-plain-SHA256 of ActiveAuthenticationInfo goes with P-256, the one curve of these keys.
bool signs_with_ecdsa(const profile::Profile& profile) {
  const auto is_its_key = [&](const profile::File& file) {
    const auto* const content = std::get_if<profile::ChipPublicKey>(&file.content);
    const auto* const key = content == nullptr ? nullptr : profile.chip.key(content->key);
    return key != nullptr && key->algorithm == "ecdsa-p256";
  };
  return std::ranges::any_of(profile.applications, [&](const profile::Application& application) {
    return std::ranges::any_of(application.files, is_its_key);
  });
}

/// Data group number of a file by its identifier; 0 for a file that is none.
int data_group_of(const PlannedFile& file) {
  const lds::LdsFile* standard = lds::find_fid(file.fid);
  return standard == nullptr ? 0 : standard->data_group;
}

struct Encoder {
  const Plan& plan;
  const PlannedApplication& application;
  const Known& known;
  using Result = std::optional<Bytes>;

  Result operator()(const profile::Mrz& mrz) const {
    if (known.order == nullptr) return std::nullopt;
    const Order& order = *known.order;
    const auto optional_data = [&](const std::optional<profile::Value>& value) {
      return value ? spell(*value, known.profile, order) : "";
    };
    identity::MrzFields zone;
    zone.document_code = mrz.document_code;
    zone.issuing_state = mrz.issuer;
    zone.number = value_of(order, mrz.number);
    zone.optional_1 = optional_data(mrz.optional_1);
    zone.birth = date_of(order, mrz.born).yymmdd();
    zone.sex = value_of(order, mrz.sex).front();
    zone.expiry = date_of(order, mrz.expires).yymmdd();
    zone.nationality = identity::icao_code(value_of(order, mrz.nationality));
    zone.optional_2 = optional_data(mrz.optional_2);
    zone.name = identity::parse_latin_name(value_of(order, mrz.name));
    return lds::encode_dg1(identity::encode_mrz(mrz.form, zone));
  }

  Result operator()(const profile::Com& com) const {
    lds::Com file{com.lds_version, com.unicode_version, {}};
    for (const PlannedFile& other : application.files)
      if (const int number = data_group_of(other); number != 0) file.data_groups.push_back(number);
    std::ranges::sort(file.data_groups);
    return lds::encode_com(file);
  }

  Result operator()(const profile::Face&) const {
    if (known.portrait == nullptr) return std::nullopt;
    return lds::encode_dg2(*known.portrait);
  }

  Result operator()(const profile::Image&) const {
    if (known.portrait == nullptr) return std::nullopt;
    return *known.portrait;
  }

  Result operator()(const profile::Record& record) const {
    if (known.order == nullptr) return std::nullopt;
    return encode_record(record, known.profile, *known.order);
  }

  Result operator()(const profile::Template& tree) const {
    if (known.order == nullptr) return std::nullopt;
    return encode_template(tree, known.profile, *known.order);
  }

  Result operator()(const profile::Literal& literal) const { return literal.bytes; }

  Result operator()(const profile::Certificate& content) const {
    return signer(content.of).certificate().der();
  }

  Result operator()(const profile::ChipPublicKey& content) const {
    const auto key = public_key(content.key);
    if (!key) return std::nullopt;
    if (key->rsa() != nullptr) return lds::encode_dg15(*key->rsa());
    // ICAO 9303-12 4.4 wants the curve written out wherever a public key stands.
    return lds::encode_dg15(*key->ec(), crypto::EcParameters::explicit_curve);
  }

  Result operator()(const profile::CardAccess&) const { return lds::encode_security_infos(ways_in()); }

  Result operator()(const profile::SecurityOptions&) const {
    lds::SecurityInfos infos = ways_in();
    if (!add_chip_authentication(infos)) return std::nullopt;
    if (signs_with_ecdsa(known.profile)) infos.active_authentication = {crypto::Hash::sha256};
    return lds::encode_dg14(infos);
  }

  Result operator()(const profile::CardSecurity& content) const {
    lds::SecurityInfos infos = ways_in();
    if (!add_chip_authentication(infos)) return std::nullopt;
    const keys::Signer& by = signer(content.signer);
    return lds::encode_card_security(infos, by.certificate(), known.workshop.now,
                                     [&](ByteView message) { return by.sign(message); });
  }

  Result operator()(const profile::Sod& sod) const {
    std::map<int, ByteView> data_groups;
    for (const PlannedFile& file : application.files) {
      const int number = data_group_of(file);
      if (number == 0) continue;
      if (!file.contents) return std::nullopt;
      data_groups.emplace(number, *file.contents);
    }
    const keys::Signer& by = signer(sod.signer);
    std::optional<lds::LdsVersions> versions;
    if (sod.lds_version != lds_1_7) versions = {sod.lds_version, sod.unicode_version};
    return lds::encode_sod(lds::security_object_over(data_groups, sod.hash, versions), by.certificate(),
                           known.workshop.now, [&](ByteView message) { return by.sign(message); });
  }

  Result operator()(const profile::Cms& cms) const {
    Bytes content;
    for (const profile::FileRef& ref : cms.over) {
      const PlannedFile& file = plan.applications.at(ref.application).files.at(ref.file);
      if (!file.contents) return std::nullopt;
      append(content, *file.contents);
    }
    const keys::Signer& by = signer(cms.signer);
    const auto sign = [&](ByteView message) { return by.sign(message); };
    if (cms.kind == profile::Cms::Kind::gmt_0010)
      return crypto::sign_gmt0010(content, by.certificate(), sign);
    return crypto::sign_cms_detached(content, by.certificate(), known.workshop.now, sign);
  }

 private:
  /// The public half of a key of the chip; nullopt while the chip alone knows it.
  std::optional<crypto::PublicKey> public_key(const std::string& name) const {
    const auto injected = std::ranges::find(plan.keys, name, &PlannedKey::name);
    if (injected != plan.keys.end())
      return std::visit([](const auto& key) { return crypto::PublicKey(key.public_key()); }, *injected->key);
    if (known.chip == nullptr) return std::nullopt;
    const profile::ChipKey* key = known.profile.chip.key(name);
    const auto point = known.chip->public_keys.find(name);
    if (key == nullptr || point == known.chip->public_keys.end())
      throw Error(Code::key_missing, "the chip made no key " + name);
    return public_key_of(key->algorithm, point->second);
  }

  lds::SecurityInfos ways_in() const {
    lds::SecurityInfos infos;
    if (const auto& access = known.profile.chip.access) infos.pace = access->pace;
    return infos;
  }

  /// Where the chip has one. False while its key is not known.
  bool add_chip_authentication(lds::SecurityInfos& infos) const {
    const auto& chip_authentication = known.profile.chip.chip_authentication;
    if (!chip_authentication) return true;
    const auto key = public_key(chip_authentication->key);
    if (!key) return false;
    const auto id = key_id_of(*chip_authentication);
    infos.chip_authentication.push_back({chip_authentication->protocol, id});
    infos.chip_authentication_keys.push_back({*key->ec(), id});
    return true;
  }

  /// ICAO 9303-11 9.2.6: a key of the mapping is named, by its domain parameters; any other is the only one.
  std::optional<Bytes> key_id_of(const profile::ChipAuthentication& chip_authentication) const {
    const profile::Chip& chip = known.profile.chip;
    if (!chip.proven_by_mapping()) return std::nullopt;
    return Bytes{chip.key(chip_authentication.key)->id};
  }

  const keys::Signer& signer(const std::string& name) const { return known.workshop.signers(name); }
};

}  // namespace

std::optional<Bytes> encode(const profile::Content& content, const Plan& plan, std::size_t application,
                            const Known& known) {
  return std::visit(Encoder{plan, plan.applications.at(application), known}, content);
}

}  // namespace perso::plan
