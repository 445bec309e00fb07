#include "ledger/database.hpp"

#include <sqlite3.h>

#include <cstring>

#include "bytes/error.hpp"

namespace perso::ledger {

namespace {

constexpr int max_value_bytes = 64 << 20;  // far above a portrait

Code code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::ledger_busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
      return Code::ledger_damaged;
    default:
      return Code::ledger_io;
  }
}

/// SQLite's own message may quote the file, so only the code's name is said.
[[noreturn]] void fail(sqlite3* connection, int result) {
  std::string message = "ledger.db: ";
  if ((result & 0xFF) == SQLITE_FULL) {
    message += "the disk is full: make room, then start again";
  } else {
    message += sqlite3_errstr(result);
    message += " (SQLite " + std::to_string(result) + ")";
    const int system = connection == nullptr ? 0 : sqlite3_system_errno(connection);
    if (code_of(result) == Code::ledger_io && system != 0)
      message += std::string(", ") + std::strerror(system);
  }
  throw Error(code_of(result), message);
}

void bind(sqlite3_stmt* statement, int index, const Value& value) {
  struct Binder {
    sqlite3_stmt* statement;
    int index;
    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
    int operator()(std::string_view text) const {
      return sqlite3_bind_text64(statement, index, text.empty() ? "" : text.data(), text.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    int operator()(ByteView bytes) const {
      // A null pointer would bind NULL.
      const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
      return sqlite3_bind_blob64(statement, index, data, bytes.size(), SQLITE_TRANSIENT);
    }
  };
  if (const int result = std::visit(Binder{statement, index}, value); result != SQLITE_OK)
    fail(sqlite3_db_handle(statement), result);
}

void harden(sqlite3* connection) {
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, max_value_bytes);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
}

}  // namespace

Statement::Statement(sqlite3* connection, sqlite3_stmt* statement, std::initializer_list<Value> values)
    : connection_(connection), statement_(statement) {
  int index = 0;
  for (const Value& value : values) bind(statement_, ++index, value);
}

Statement::~Statement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) fail(connection_, result);
  return false;
}

bool Statement::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? Bytes() : Bytes(data, data + size);
}

std::string Statement::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string() : std::string(data, size);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  return null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<std::string> Statement::optional_text(int column) const {
  return null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<Bytes> Statement::optional_blob(int column) const {
  return null(column) ? std::nullopt : std::optional(blob(column));
}

void Database::Closer::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}
void Database::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(const std::string& name, int flags) {
  sqlite3* connection = nullptr;
  const int result = sqlite3_open_v2(name.c_str(), &connection,
                                     flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(connection);
  if (result != SQLITE_OK) fail(connection, result);
  harden(connection);
}

// The exclusive mode comes before the first access: the index of the write-ahead log then needs no shared
// memory file.
Database::Database(const std::filesystem::path& file) : Database(file.string(), SQLITE_OPEN_NOFOLLOW) {
  script(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA "
      "foreign_keys = ON;"
      "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;");
}

Database Database::in_memory() {
  return Database(":memory:", SQLITE_OPEN_MEMORY);
}

Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Statement Database::query(std::string_view sql, std::initializer_list<Value> values) {
  auto kept = statements_.find(sql);
  if (kept == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) fail(connection_.get(), result);
    kept = statements_.emplace(sql, statement).first;
  }
  return Statement(connection_.get(), kept->second.get(), values);
}

void Database::run(std::string_view sql, std::initializer_list<Value> values) {
  query(sql, values).step();
}

std::int64_t Database::number(std::string_view sql, std::initializer_list<Value> values) {
  auto row = query(sql, values);
  return row.step() ? row.integer(0) : 0;
}

void Database::script(const std::string& sql) {
  const int result = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(connection_.get(), sqlite3_extended_errcode(connection_.get()));
}

void Database::checkpoint() {
  const int result =
      sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (result != SQLITE_OK) fail(connection_.get(), result);
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite rolls back by itself after some failures; what fails here is undone when the file is opened again.
  if (open_ && sqlite3_get_autocommit(database_.connection_.get()) == 0)
    sqlite3_exec(database_.connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace perso::ledger
