// The key pairs of an application: made on the chip or injected, and what they prove.
#include <algorithm>

#include "crypto/curve.hpp"
#include "crypto/ec.hpp"
#include "tlv/tlv.hpp"
#include "vchip/globalplatform_os.hpp"

namespace perso::vchip {

using namespace iso7816;

namespace {

constexpr std::uint8_t generate_and_return = 0x84;
constexpr std::uint8_t max_key_id = 0x1F;
constexpr std::size_t challenge_size = 8;
constexpr const char* curve_name = "secp256r1";

bool is_algorithm(KeyAlgorithm algorithm) {
  return algorithm == KeyAlgorithm::ecdsa_p256 || algorithm == KeyAlgorithm::ecdh_p256;
}

bool is_scalar(const Secret& scalar) {
  const ByteView bytes = scalar.expose();
  const bool zero = std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
  return !zero && std::ranges::lexicographical_compare(bytes, crypto::Curve(curve_name).order());
}

/// PrivateKeyInfo of PKCS #8 around ECPrivateKey of RFC 5915, without the public key.
Secret pkcs8_of(const Secret& scalar) {
  static const Bytes head = from_hex(
      "3041020100301306072A8648CE3D020106082A8648CE3D030107"
      "042730250201010420");
  return Secret(concat({head, scalar.expose()}));
}

}  // namespace

void GlobalPlatformOs::put_key_pair(std::size_t index, std::uint8_t id, const KeyPair& pair) {
  const bool known = is_algorithm(pair.algorithm) && id != 0 && id <= max_key_id;
  if (!known || !is_scalar(pair.scalar)) throw Refusal{sw::wrong_data};
  const auto agreement = state_.agreement_key();
  const GlobalPlatformState::KeyPlace place{index, id};
  const bool second = pair.algorithm == KeyAlgorithm::ecdh_p256 && agreement && *agreement != place;
  if (second) throw Refusal{sw::conditions_not_satisfied};
  if (!state_.applications[index].key_pairs.contains(id)) require_room(1);
  commit(record::key_pair(index, id, pair));
}

Answer GlobalPlatformOs::generate_key_pair(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  require_life(LifeCycle::personalizing);
  if (apdu.p1 != generate_and_return || apdu.p2 == 0 || apdu.p2 > max_key_id) throw Refusal{sw::wrong_p1p2};
  const ByteView control = tlv::single(apdu.data).value;  // AC { 80 algorithm }
  const tlv::Element algorithm = tlv::single(control);
  if (apdu.data[0] != 0xAC || algorithm.tag != tlv::Tag{0x80} || algorithm.value.size() != 1)
    throw Refusal{sw::wrong_data};
  const crypto::Curve curve(curve_name);
  const KeyPair pair{KeyAlgorithm{algorithm.value[0]}, curve.random_scalar(random_)};
  effort_.key_generations = 1;
  put_key_pair(*session_.application, apdu.p2, pair);
  const Bytes point = curve.multiply(curve.generator(), pair.scalar, random_);
  return {tlv::encode(tlv::Tag{0x7F49}, tlv::encode(tlv::Tag{0x86}, point))};
}

Answer GlobalPlatformOs::internal_authenticate(const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0 || apdu.p2 != 0) throw Refusal{sw::wrong_p1p2};
  if (apdu.data.size() != challenge_size) throw Refusal{sw::wrong_length};
  const auto& pairs = state_.applications[*session_.application].key_pairs;
  const auto found = std::ranges::find_if(
      pairs, [](const auto& entry) { return entry.second.algorithm == KeyAlgorithm::ecdsa_p256; });
  if (found == pairs.end()) throw Refusal{sw::referenced_data_not_found};
  effort_.signatures = 1;
  const auto key = crypto::EcPrivateKey::from_pkcs8(pkcs8_of(found->second.scalar));
  return {key.sign_plain(crypto::Hash::sha256, apdu.data, random_)};
}

ChipKey GlobalPlatformOs::chip_key(GlobalPlatformState::KeyPlace place) const {
  const KeyPair& pair = state_.applications[place.application].key_pairs.at(place.id);
  return {curve_name, Secret::copy_of(pair.scalar.expose())};
}

}  // namespace perso::vchip
