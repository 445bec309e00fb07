// The finished card, judged afresh: as a stranger meets it, and as an inspection does.
#pragma once

#include "run/run.hpp"

namespace perso::run {

/// On a fresh connection. @throws Error verification_failed naming what a stranger could do with the card
void require_shut_to_strangers(iso7816::Card& card, const Edition& edition);

/// On a fresh connection: the card is one of this edition and genuine, or is dated so that it is not yet
/// valid or has expired because its order is. What was read is held against nothing here.
/// @throws Error verification_failed naming the check that decided; of exit code 4 where the card
/// stopped answering
inspect::Report require_genuine(iso7816::Card& card, const Edition& edition, const Station& station,
                                const plan::Order& order);

/// On a fresh connection: what the card says of itself. A closed one says it to those alone who open it. The
/// inspection went in by its access number, where it has one: here what its machine readable zone shows has
/// to open it too. @throws Error verification_failed where that does not
chip::Identity identify_by_zone(chip::Driver& driver, const Edition& edition, const plan::Order& order);

}  // namespace perso::run
