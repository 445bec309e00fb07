// Whose signatures stand on the cards of a profile.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace perso::plan {

/// One signed file.
struct Signature {
  /// What it takes. ICAO 9303-12 has no SM2, and GM/T 0010 nothing else.
  enum class Kind { icao, gmt_0010, any };
  std::string file;
  std::string signer;  // its name in the key set
  Kind kind = Kind::any;
};
std::vector<Signature> signatures_of(const profile::Profile& profile);

/// Each signer that the profile names is there, and its key is one that its files take. Some of them are
/// signed while a card is made: a signer that could not would spoil one after the other.
/// @throws Error Code::key_missing
void require_able_signers(const profile::Profile& profile, const SignerLookup& signers);

}  // namespace perso::plan
