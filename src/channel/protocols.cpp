#include "channel/protocols.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace perso::channel {

namespace {

constexpr std::string_view id_pace = "0.4.0.127.0.7.2.2.4";
constexpr std::string_view id_ca = "0.4.0.127.0.7.2.2.3";

constexpr std::array ciphers = {Cipher::triple_des, Cipher::aes_128, Cipher::aes_192, Cipher::aes_256};
constexpr std::array cipher_names = {"3DES-CBC-CBC", "AES-CBC-CMAC-128", "AES-CBC-CMAC-192",
                                     "AES-CBC-CMAC-256"};

/// How keys are agreed upon and mapped: one arc below id-PACE.
struct Family {
  KeyAgreement agreement;
  Mapping mapping;
  int arc;
  std::string_view name;
};
constexpr std::array families = {
    Family{KeyAgreement::dh, Mapping::generic, 1, "PACE-DH-GM-"},
    Family{KeyAgreement::ecdh, Mapping::generic, 2, "PACE-ECDH-GM-"},
    Family{KeyAgreement::dh, Mapping::integrated, 3, "PACE-DH-IM-"},
    Family{KeyAgreement::ecdh, Mapping::integrated, 4, "PACE-ECDH-IM-"},
    Family{KeyAgreement::ecdh, Mapping::chip_authentication, 6, "PACE-ECDH-CAM-"},
};

constexpr std::array parameters = {
    DomainParameters{0, KeyAgreement::dh, "modp-1024-160"},
    DomainParameters{1, KeyAgreement::dh, "modp-2048-224"},
    DomainParameters{2, KeyAgreement::dh, "modp-2048-256"},
    DomainParameters{8, KeyAgreement::ecdh, "secp192r1"},
    DomainParameters{9, KeyAgreement::ecdh, "brainpoolP192r1"},
    DomainParameters{10, KeyAgreement::ecdh, "secp224r1"},
    DomainParameters{11, KeyAgreement::ecdh, "brainpoolP224r1"},
    DomainParameters{12, KeyAgreement::ecdh, "secp256r1"},
    DomainParameters{13, KeyAgreement::ecdh, "brainpoolP256r1"},
    DomainParameters{14, KeyAgreement::ecdh, "brainpoolP320r1"},
    DomainParameters{15, KeyAgreement::ecdh, "secp384r1"},
    DomainParameters{16, KeyAgreement::ecdh, "brainpoolP384r1"},
    DomainParameters{17, KeyAgreement::ecdh, "brainpoolP512r1"},
    DomainParameters{18, KeyAgreement::ecdh, "secp521r1"},
};

std::size_t place_of(Cipher cipher) {
  return static_cast<std::size_t>(std::ranges::find(ciphers, cipher) - ciphers.begin());
}

/// nullptr where there is no such protocol.
const Family* family_of(const PaceProtocol& protocol) {
  if (protocol.mapping == Mapping::chip_authentication && protocol.cipher == Cipher::triple_des)
    return nullptr;
  const auto found = std::ranges::find_if(families, [&](const Family& family) {
    return family.agreement == protocol.agreement && family.mapping == protocol.mapping;
  });
  return found == families.end() ? nullptr : &*found;
}

/// Chip authentication has DH and ECDH in the order of the enumerators.
int arc_of(KeyAgreement agreement) {
  return agreement == KeyAgreement::dh ? 1 : 2;
}

std::string below(std::string_view root, int family, Cipher cipher) {
  return std::string(root) + "." + std::to_string(family) + "." + std::to_string(place_of(cipher) + 1);
}

}  // namespace

std::string oid_of(const PaceProtocol& protocol) {
  const Family* family = family_of(protocol);
  return family ? below(id_pace, family->arc, protocol.cipher) : std::string();
}

std::string oid_of(const ChipAuthenticationProtocol& protocol) {
  return below(id_ca, arc_of(protocol.agreement), protocol.cipher);
}

std::optional<PaceProtocol> pace_protocol(std::string_view oid) {
  if (!oid.starts_with(id_pace)) return std::nullopt;
  for (const Family& family : families)
    for (const Cipher cipher : ciphers) {
      const PaceProtocol protocol{family.agreement, family.mapping, cipher};
      if (oid_of(protocol) == oid) return protocol;
    }
  return std::nullopt;
}

std::optional<ChipAuthenticationProtocol> chip_authentication_protocol(std::string_view oid) {
  if (!oid.starts_with(id_ca)) return std::nullopt;
  for (const KeyAgreement agreement : {KeyAgreement::dh, KeyAgreement::ecdh})
    for (const Cipher cipher : ciphers) {
      const ChipAuthenticationProtocol protocol{agreement, cipher};
      if (oid_of(protocol) == oid) return protocol;
    }
  return std::nullopt;
}

std::string name_of(const PaceProtocol& protocol) {
  const Family* family = family_of(protocol);
  return family ? std::string(family->name) + cipher_names[place_of(protocol.cipher)] : std::string();
}

std::string name_of(const ChipAuthenticationProtocol& protocol) {
  const std::string agreement = protocol.agreement == KeyAgreement::dh ? "CA-DH-" : "CA-ECDH-";
  return agreement + cipher_names[place_of(protocol.cipher)];
}

std::span<const DomainParameters> standardised_parameters() {
  return parameters;
}

const DomainParameters* find_parameters(int id) {
  const auto found = std::ranges::find(parameters, id, &DomainParameters::id);
  return found == parameters.end() ? nullptr : &*found;
}

const DomainParameters* find_parameters(std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &DomainParameters::name);
  return found == parameters.end() ? nullptr : &*found;
}

const PaceInfo* strongest(std::span<const PaceInfo> ways) {
  // Standardised parameters of either kind are numbered by their size.
  const auto strength = [](const PaceInfo& way) {
    return std::tuple(way.protocol.mapping, way.protocol.cipher, way.protocol.agreement, way.parameters);
  };
  const auto found = std::ranges::max_element(ways, {}, strength);
  return found != ways.end() ? &*found : nullptr;
}

}  // namespace perso::channel
