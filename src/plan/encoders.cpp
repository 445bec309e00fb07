#include "plan/encoders.hpp"

#include <algorithm>

#include "crypto/gmt0010.hpp"
#include "identity/country.hpp"
#include "identity/mrz.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "lds/sod.hpp"
#include "plan/spelling.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

constexpr std::string_view lds_1_7 = "0107";  // whose security object names no versions

/// The curve of a key that a chip makes, by the algorithm's name in a profile.
const std::string& curve_of(const std::string& algorithm) {
  static const std::map<std::string, std::string> curves{{"ecdsa-p256", "secp256r1"}};
  const auto found = curves.find(algorithm);
  if (found == curves.end()) throw Error(Code::crypto_failed, "there is no curve for keys of " + algorithm);
  return found->second;
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
    const auto injected = std::ranges::find(plan.keys, content.key, &PlannedKey::name);
    if (injected != plan.keys.end()) return lds::encode_dg15(injected->key->public_key());
    if (known.chip == nullptr) return std::nullopt;
    const profile::ChipKey* key = known.profile.chip.key(content.key);
    const auto point = known.chip->public_keys.find(content.key);
    if (key == nullptr || point == known.chip->public_keys.end())
      throw Error(Code::key_missing, "the chip made no key " + content.key);
    // ICAO 9303-12 4.4 wants the curve written out wherever a public key stands.
    return lds::encode_dg15(crypto::EcPublicKey::from_point(curve_of(key->algorithm), point->second),
                            crypto::EcParameters::explicit_curve);
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
  const keys::Signer& signer(const std::string& name) const { return known.workshop.signers(name); }
};

}  // namespace

std::optional<Bytes> encode(const profile::Content& content, const Plan& plan, std::size_t application,
                            const Known& known) {
  return std::visit(Encoder{plan, plan.applications.at(application), known}, content);
}

}  // namespace perso::plan
