// Whether the chip is the one whose keys were signed (ICAO 9303-11 clause 6, 4.4.3.5).
#pragma once

#include "inspect/document.hpp"

namespace perso::inspect {

inline const std::string chip_authentication_check = "chip authentication",
                         active_authentication_check = "active authentication";

/// What EF.DG14 offers and the terminal can do.
struct ChipAuthenticationWay {
  channel::ChipAuthenticationProtocol protocol;
  const channel::ChipAuthenticationKey* key = nullptr;
};
/// Longer session keys before shorter, curves before fields. nullopt where no protocol has a key.
std::optional<ChipAuthenticationWay> strongest_way(const lds::SecurityInfos& options);

/// One check: whether the mapping's proof is of a key in EF.CardSecurity, whose signature is judged apart.
/// @param card_security nullopt where it could not be read: nothing is proven then
/// @returns the key
std::optional<channel::ChipAuthenticationKey> key_of_mapping(
    Findings& findings, const channel::MappingProof& proof,
    const std::optional<lds::CardSecurity>& card_security, Random& random);

/// One check: whether EF.DG14, signed with all that says whose document it is, has the chip's key too.
/// EF.CardSecurity alone may be another card's. Those of a known edition have the same keys and protocols.
void judge_chip_keys(Findings& findings, const Document& document);

/// One check, with the eMRTD application selected: the chip signs a random challenge with the key of EF.DG15
/// (9303-11 6.1). RSA with ISO/IEC 9796-2; ECDSA over the hash that EF.DG14 names, else the one that goes
/// with the curve; a DER signature is tolerated in the place of a plain one.
void authenticate_actively(Session& session, Findings& findings, ByteView dg15,
                           const std::optional<lds::SecurityInfos>& options, Random& random);

}  // namespace perso::inspect
