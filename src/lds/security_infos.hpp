// SecurityInfos (ICAO 9303-11 9.2): how a chip opens and how it proves itself, in EF.CardAccess, EF.DG14 and
// EF.CardSecurity.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bytes/deviations.hpp"
#include "channel/chip_authentication.hpp"
#include "channel/pace.hpp"
#include "channel/protocols.hpp"

namespace perso::lds {

/// ActiveAuthenticationInfo, 9.2.4: what an ECDSA key of EF.DG15 signs with.
struct ActiveAuthenticationInfo {
  crypto::Hash hash = crypto::Hash::sha256;  // ecdsa-plain-SHA1 to -SHA512 (BSI TR-03111 5.2.1)
  bool operator==(const ActiveAuthenticationInfo&) const = default;
};

/// ChipAuthenticationInfo, 9.2.5.
struct ChipAuthenticationInfo {
  channel::ChipAuthenticationProtocol protocol;
  std::optional<Bytes> key_id;  // as channel::ChipAuthenticationKey: 1 to 8 bytes, without leading zeros
  bool operator==(const ChipAuthenticationInfo&) const = default;
};

struct SecurityInfos {
  std::vector<channel::PaceInfo> pace;  // with standardised domain parameters, in their order
  std::vector<ChipAuthenticationInfo> chip_authentication;
  std::vector<channel::ChipAuthenticationKey> chip_authentication_keys;
  std::optional<ActiveAuthenticationInfo> active_authentication;
  std::vector<std::string>
      others;  // protocol OIDs that are not worked with, dotted: terminal authentication ...
  std::vector<Bytes> pace_encodings;  // each PACEInfo and PACEDomainParameterInfo as read: for comparison
};

/// DER SET OF, sorted: the whole of EF.CardAccess. EC keys with explicit parameters, 9.2.6 and 9303-12 4.4;
/// DH keys of PKCS #3 where the order of the generator is not known, else of X9.42. `others` and
/// `pace_encodings` are not looked at.
Bytes encode_security_infos(const SecurityInfos& infos);
/// Those of EF.CardSecurity: at most 64 infos, and 4 keys of finite-field Diffie-Hellman, which are judged
/// where one is used (crypto::DhPublicKey::is_sound). A PACEInfo with proprietary domain parameters, or of
/// another version, stands in `others`, as does whatever is not worked with. Deviations: infos out of order,
/// a PACEInfo whose parameters are not its protocol's, a key that cannot be used, an ActiveAuthenticationInfo
/// that stands twice.
/// @throws Error Code::malformed
SecurityInfos parse_security_infos(ByteView der, Deviations& deviations);
/// EF.CardAccess, which nobody signed: the same, but for keys, which stand in `others`.
SecurityInfos parse_card_access(ByteView file, Deviations& deviations);

/// `6E { SecurityInfos }`.
Bytes encode_dg14(const SecurityInfos& infos);
/// Deviation besides those above: a key without any ChipAuthenticationInfo, which is then for 3DES.
SecurityInfos parse_dg14(ByteView file, Deviations& deviations);

/// Of all that is said of PACE, also of what is not worked with.
channel::ParameterSets pace_parameter_sets(const SecurityInfos& infos);

/// Whether what a chip showed before it was opened was less, or other, than it is.
enum class Downgrade {
  none,
  unknown,  // no file says what the chip should have shown
  found,
};
/// Compares the ways in that EF.CardAccess shows, which nobody signed, with those that EF.DG14 or
/// EF.CardSecurity repeats (9303-11 9.2.11): they have to be the same, whatever their order.
/// @param card_access empty infos for a chip without EF.CardAccess
/// @param repeated of a file whose signature holds
Downgrade downgrade_of(const SecurityInfos& card_access, const SecurityInfos& repeated);

}  // namespace perso::lds
