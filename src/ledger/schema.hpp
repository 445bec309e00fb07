// The tables and their versions: numbered SQL files in migrations/, which the build puts into the program.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/database.hpp"

namespace perso::ledger {

/// The scripts in order; number N leads from version N-1 to version N (PRAGMA user_version).
std::span<const std::string_view> migrations();

/// Makes the tables of the newest version in an empty database.
void make_schema(Database& database);

/// Brings an older version up, a transaction each.
/// @throws Error ledger_newer for a version that this program does not know, ledger_damaged for a file that
/// is no ledger
void bring_up(Database& database);

/// The name of the first table, index or trigger that is not as the migrations make it.
std::optional<std::string> schema_fault(Database& database);

}  // namespace perso::ledger
