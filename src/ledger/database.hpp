// SQLite with RAII: a connection that keeps its prepared statements, a statement in use, a transaction.
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "bytes/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace perso::ledger {

/// A value for a `?` of a statement; it is copied when it is bound.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string_view, ByteView>;

template <typename T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value(nullptr);
}

/// A prepared statement in use; at its end the connection takes it back. Columns count from 0. No two live
/// ones of the same SQL.
class Statement {
 public:
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// The next row; false when there is none.
  bool step();

  bool null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<std::string> optional_text(int column) const;
  std::optional<Bytes> optional_blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* connection, sqlite3_stmt* statement, std::initializer_list<Value> values);
  sqlite3* connection_;
  sqlite3_stmt* statement_;
};

/// One connection: WAL, synchronous=FULL, foreign keys, exclusive lock, secure delete, no trust in the file's
/// schema. Used by one thread at a time. Everything throws Error ledger_io (the disk), ledger_busy (another
/// program holds the file) or ledger_damaged (the file is broken or breaks a rule of the schema); messages
/// name SQLite's code and never a value.
class Database {
 public:
  /// Opens a file that exists.
  explicit Database(const std::filesystem::path& file);
  static Database in_memory();
  Database(Database&&) noexcept;
  ~Database();

  /// Prepares once, binds and gives the rows.
  Statement query(std::string_view sql, std::initializer_list<Value> values = {});
  /// For statements without rows.
  void run(std::string_view sql, std::initializer_list<Value> values = {});
  /// The one integer of the one row.
  std::int64_t number(std::string_view sql, std::initializer_list<Value> values = {});
  /// Several statements without values, not kept.
  void script(const std::string& sql);
  /// Moves the write-ahead log into the database and empties it.
  void checkpoint();

 private:
  friend class Transaction;
  explicit Database(const std::string& name, int flags);
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3, Closer> connection_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalizer>, std::less<>> statements_;
};

/// BEGIN IMMEDIATE; rolls back in its destructor unless it was committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace perso::ledger
