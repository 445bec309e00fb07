// What a line needs before its first card: `perso run` requires it, `perso doctor` shows it.
#pragma once

#include "ledger/ledger.hpp"
#include "program.hpp"

namespace perso::station {

/// Asks for the writer's reader once, through a worker: the stack's own calls have no deadline.
/// @throws Error stack_absent, reader_absent, reader_stuck or reader_fault, and what to do about it
void require_reader(const Program& program, const WriterConfig& writer, const pcsc::Deadlines& deadlines);

/// Every signer that the profile names can sign what it is named for, and may at `now`: its certificate is
/// valid, and its private key's
/// usage period is not over; and it has a path to a trust anchor and is not revoked. @throws Error
/// Code::key_missing
void require_signers(const profile::Profile& profile, const keys::KeySet& keys, Instant now);

/// Every row is checked against the chain. @throws Error Code::ledger_damaged
ledger::VerifyResult require_whole(const ledger::Ledger& ledger);

}  // namespace perso::station
