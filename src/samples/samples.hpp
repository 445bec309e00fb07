// The adaptation kit: sample cards that whoever has to accept the new edition can point a reader at, and what
// each must lead to. Made with specimen keys as any card is, but for what makes it a bad one.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "inspect/inspect.hpp"
#include "keys/key_set.hpp"
#include "plan/order.hpp"
#include "vchip/chip.hpp"

namespace perso::samples {

/// What is wrong with the card itself.
enum class Treatment {
  none,
  altered_data_group,  // EF.DG1 names another holder than was signed
  wrong_digest,        // EF.SOD is signed over a digest that EF.DG2 does not have
  revoked_signer,
  unknown_signer,
  downgraded_access,  // EF.CardAccess keeps back the strongest way in that EF.DG14 tells of
  cloned_chip,        // another chip with the same files: it has no active authentication key of theirs
};

/// How its chip behaves in the reader.
enum class Manner {
  prompt,
  slow,   // as the slowest chips in the field
  stops,  // in the middle of reading, for good
};

struct Sample {
  std::string_view name;     // "expired": on the command line, and its order in EDITION/sample/kit.csv
  std::string_view edition;  // "prc-2023"
  std::string_view shows;    // for people, half a sentence
  std::chrono::days issued;  // from today
  Treatment treatment;
  Manner manner;
  inspect::Verdict verdict;
  inspect::Trust trust;
};

std::span<const Sample> all();
/// nullptr where there is none.
const Sample* find(std::string_view name);

/// Its order, as it was taken in on the day of its issue. @param edition of that name
/// @throws Error Code::order_invalid where the edition's folder has no kit or no such order
plan::Order order_of(const Sample& sample, const profile::Profile& edition, Random& random, Instant now);

/// What stands on the finished card for people.
struct Printed {
  channel::AccessData access;
  std::string zone;  // of EF.DG1, its lines one after the other
};

/// Makes the card on a blank virtual chip of the edition, and locks it. @param keys a specimen set
/// @throws Error as a run does; key_missing for a key set that is no specimen, or was made before there were
/// samples
Printed make(const Sample& sample, const plan::Order& order, const profile::Profile& edition,
             const keys::KeySet& keys, vchip::Chip& blank, Random& random, Instant now);

}  // namespace perso::samples
