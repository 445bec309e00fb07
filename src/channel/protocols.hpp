// The protocols of ICAO 9303-11 that open a chip or prove it, and their standardised names and parameters.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace perso::channel {

enum class KeyAgreement { dh, ecdh };
/// In the order of their strength: the last one proves the chip too.
enum class Mapping { generic, integrated, chip_authentication };
/// Of the session: 3DES with retail MAC, AES with CMAC. In the order of their strength.
enum class Cipher { triple_des, aes_128, aes_192, aes_256 };

/// id-PACE-..., 9303-11 9.2.3.
struct PaceProtocol {
  KeyAgreement agreement = KeyAgreement::ecdh;
  Mapping mapping = Mapping::generic;
  Cipher cipher = Cipher::aes_128;
  auto operator<=>(const PaceProtocol&) const = default;
};
/// id-CA-..., 9303-11 9.2.5.
struct ChipAuthenticationProtocol {
  KeyAgreement agreement = KeyAgreement::ecdh;
  Cipher cipher = Cipher::aes_128;
  auto operator<=>(const ChipAuthenticationProtocol&) const = default;
};

/// Dotted. There is no OID, and so an empty text, for chip authentication mapping over DH or with 3DES.
std::string oid_of(const PaceProtocol& protocol);
std::string oid_of(const ChipAuthenticationProtocol& protocol);
/// nullopt for any other.
std::optional<PaceProtocol> pace_protocol(std::string_view oid);
std::optional<ChipAuthenticationProtocol> chip_authentication_protocol(std::string_view oid);
/// "PACE-ECDH-CAM-AES-CBC-CMAC-128", "CA-ECDH-AES-CBC-CMAC-128"
std::string name_of(const PaceProtocol& protocol);
std::string name_of(const ChipAuthenticationProtocol& protocol);

/// Standardised domain parameters, 9.5.1 table 5.
struct DomainParameters {
  int id = 0;  // 0 to 2 MODP groups of RFC 5114, 8 to 18 curves
  KeyAgreement agreement = KeyAgreement::ecdh;
  std::string_view name;  // the curve as crypto::Curve calls it; "modp-1024-160", ...
};
std::span<const DomainParameters> standardised_parameters();
/// nullptr for any other.
const DomainParameters* find_parameters(int id);
const DomainParameters* find_parameters(std::string_view name);

/// One way in that a chip offers: PACEInfo, 9.2.1.
struct PaceInfo {
  PaceProtocol protocol;
  int parameters = 0;  // standardised
  auto operator<=>(const PaceInfo&) const = default;
};
/// The strongest of the ways: chip authentication mapping before integrated before generic, longer keys
/// before shorter, curves before fields, larger parameters before smaller. nullptr where there is none.
const PaceInfo* strongest(std::span<const PaceInfo> ways);

}  // namespace perso::channel
