#include "ledger/schema.hpp"

#include <map>

#include "bytes/error.hpp"

namespace perso::ledger {

namespace {

constexpr std::int64_t application_id = 0x5052534F;  // "PRSO", in the file's header (offset 68)

std::int64_t newest_version() {
  return static_cast<std::int64_t>(migrations().size());
}

void migrate_from(Database& database, std::int64_t version) {
  for (; version < newest_version(); ++version) {
    Transaction transaction(database);
    database.script(std::string(migrations()[static_cast<std::size_t>(version)]));
    database.script("PRAGMA user_version = " + std::to_string(version + 1));
    transaction.commit();
  }
}

/// SQL text by name.
std::map<std::string, std::string> schema_of(Database& database) {
  std::map<std::string, std::string> schema;
  auto row = database.query("SELECT name, coalesce(sql, '') FROM sqlite_schema");
  while (row.step()) schema.emplace(row.text(0), row.text(1));
  return schema;
}

}  // namespace

void make_schema(Database& database) {
  database.script("PRAGMA application_id = " + std::to_string(application_id));
  migrate_from(database, 0);
}

void bring_up(Database& database) {
  const auto version = database.number("PRAGMA user_version");
  if (database.number("PRAGMA application_id") != application_id || version < 1)
    throw Error(Code::ledger_damaged, "ledger.db is not a ledger");
  if (version > newest_version())
    throw Error(Code::ledger_newer, "ledger.db has version " + std::to_string(version) +
                                        ", this program knows " + std::to_string(newest_version()) +
                                        ": use the newer program");
  migrate_from(database, version);
}

std::optional<std::string> schema_fault(Database& database) {
  Database model = Database::in_memory();
  make_schema(model);
  const auto wanted = schema_of(model);
  const auto found = schema_of(database);
  for (const auto& [name, sql] : wanted) {
    const auto row = found.find(name);
    if (row == found.end() || row->second != sql) return name;
  }
  for (const auto& [name, sql] : found)
    if (!wanted.contains(name)) return name;
  return std::nullopt;
}

}  // namespace perso::ledger
