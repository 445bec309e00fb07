#include "plan/encoders.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "identity/mrz.hpp"
#include "lds/com.hpp"
#include "lds/dg1.hpp"
#include "lds/dg15.hpp"
#include "lds/dg2.hpp"
#include "lds/files.hpp"
#include "lds/sod.hpp"
#include "plan/values.hpp"

namespace perso::plan {

namespace {

/// The curve of a key that a chip makes, by the algorithm's name in a profile.
const std::string& curve_of(const std::string& algorithm) {
  static const std::map<std::string, std::string> curves{{"ecdsa-p256", "secp256r1"}};
  const auto found = curves.find(algorithm);
  if (found == curves.end()) throw Error(Code::crypto_failed, "there is no curve for keys of " + algorithm);
  return found->second;
}

/// As a machine readable zone writes it: Germany alone has a code that is not of ISO 3166-1 (ICAO 9303-3
/// clause 5).
std::string mrz_state(const std::string& alpha_3) {
  return alpha_3 == "DEU" ? "D" : alpha_3;
}

/// Data group number of a file by its identifier; 0 for a file that is none.
int data_group_of(const PlannedFile& file) {
  const lds::LdsFile* standard = lds::find_fid(file.fid);
  return standard == nullptr ? 0 : standard->data_group;
}

struct Encoder {
  const PlannedApplication& application;
  const Known& known;
  using Result = std::optional<Bytes>;

  Result operator()(const profile::Mrz& mrz) const {
    if (known.order == nullptr) return std::nullopt;
    const Order& order = *known.order;
    identity::Td1 zone;
    zone.document_code = mrz.document_code;
    zone.issuing_state = mrz.issuer;
    zone.number = value_of(order, mrz.number);
    zone.birth = date_of(order, mrz.born).yymmdd();
    zone.sex = value_of(order, mrz.sex).front();
    zone.expiry = date_of(order, mrz.expires).yymmdd();
    zone.nationality = mrz_state(value_of(order, mrz.nationality));
    zone.name = identity::parse_latin_name(value_of(order, mrz.name));
    return lds::encode_dg1(identity::encode_td1(zone));
  }

  Result operator()(const profile::Com& com) const {
    lds::Com file{com.lds_version, com.unicode_version, {}};
    for (const PlannedFile& other : application.files)
      if (const int number = data_group_of(other); number != 0) file.data_groups.push_back(number);
    std::ranges::sort(file.data_groups);
    return lds::encode_com(file);
  }

  Result operator()(const profile::Face&) const {
    if (known.order == nullptr) return std::nullopt;
    return lds::encode_dg2(known.order->portrait);
  }

  Result operator()(const profile::Image&) const {
    if (known.order == nullptr) return std::nullopt;
    return known.order->portrait;
  }

  Result operator()(const profile::Record& record) const {
    if (known.order == nullptr) return std::nullopt;
    return encode_record(record, known.profile, *known.order);
  }

  Result operator()(const profile::ChipPublicKey& content) const {
    if (known.chip == nullptr) return std::nullopt;
    const auto& keys = known.profile.chip.generates;
    const auto key = std::ranges::find(keys, content.key, &profile::GeneratedKey::name);
    const auto point = known.chip->public_keys.find(content.key);
    if (key == keys.end() || point == known.chip->public_keys.end())
      throw Error(Code::key_missing, "the chip made no key " + content.key);
    // ICAO 9303-12 4.4 wants the curve written out wherever a public key stands.
    return lds::encode_dg15(crypto::EcPublicKey::from_point(curve_of(key->algorithm), point->second),
                            crypto::EcParameters::explicit_curve);
  }

  Result operator()(const profile::Sod& sod) const {
    if (known.signers == nullptr) return std::nullopt;
    std::map<int, ByteView> data_groups;
    for (const PlannedFile& file : application.files) {
      const int number = data_group_of(file);
      if (number == 0) continue;
      if (!file.contents) return std::nullopt;
      data_groups.emplace(number, *file.contents);
    }
    const keys::Signer& signer = (*known.signers)(sod.signer);
    return lds::encode_sod(lds::security_object_over(data_groups), signer.certificate(), known.now,
                           [&](ByteView message) { return signer.sign(message); });
  }
};

}  // namespace

std::optional<Bytes> encode(const profile::Content& content, const PlannedApplication& application,
                            const Known& known) {
  return std::visit(Encoder{application, known}, content);
}

}  // namespace perso::plan
