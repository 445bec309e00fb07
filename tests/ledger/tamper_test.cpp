// Whoever has the files and not the keys changes nothing unseen.
#include <doctest/doctest.h>

#include <fstream>

#include "ledger/station.hpp"

namespace perso::ledger::test {

using run::Outcome;

namespace {

/// One value of one row.
struct Cell {
  std::string column, declared, stored;  // types: INTEGER, TEXT, BLOB; integer, text, blob, null
  std::size_t bytes = 0;
};

/// SQL that gives byte `at` of the value another value, of the same class so that text stays text.
std::string flipped(const Cell& cell, std::size_t at) {
  if (cell.stored == "integer") return cell.column + " + (1 << " + std::to_string(at * 8) + ")";
  const std::string bytes = "CAST(" + cell.column + " AS BLOB)", k = std::to_string(at);
  const std::string byte = "substr(" + bytes + ", " + k + " + 1, 1)";
  return "CAST(substr(" + bytes + ", 1, " + k + ") || CASE WHEN " + byte +
         " = x'41' THEN x'42' ELSE x'41' END || substr(" + bytes + ", " + k + " + 2) AS " + cell.declared +
         ")";
}

/// Everything that is done to a value: each byte changed, and the value taken away; or one put where there
/// was none.
std::vector<std::string> changes_of(const Cell& cell) {
  if (cell.stored == "null")
    return {cell.declared == "INTEGER" ? "1" : cell.declared == "TEXT" ? "'issued'" : "x'41'"};
  std::vector<std::string> changes{"NULL"};
  const std::size_t size = cell.stored == "integer" ? 7 : cell.bytes;
  for (std::size_t at = 0; at < size; ++at) {
    // Of sealed data the ends and every 29th byte.
    if (size > 200 && at > 8 && at + 8 < size && at % 29 != 0) continue;
    changes.push_back(flipped(cell, at));
  }
  return changes;
}

}  // namespace

TEST_CASE("a changed byte of any column of any row is found, and an event is named") {
  Station station;
  fill(station);
  REQUIRE_FALSE(fault_of(station));
  const std::filesystem::path whole = station.folder.path / "whole.db",
                              mark = station.folder.path / "whole.head";
  put_copy(station.file(), whole);
  put_copy(station.file("ledger.head"), mark);

  struct Table {
    std::string name, key;
  };
  std::size_t found = 0, refused = 0;
  const auto try_change = [&](const Table& table, const std::string& row, const std::string& column,
                              const std::string& value) {
    put_copy(whole, station.file());
    put_copy(mark, station.file("ledger.head"));
    {
      Intruder intruder(station.file());
      const std::string before = intruder.contents();
      intruder.without_triggers("UPDATE " + table.name + " SET " + column + " = " + value + " WHERE " +
                                table.key + " = " + row);
      if (intruder.contents() == before) {
        ++refused;
        return;
      }
    }
    ++found;
    INFO(table.name << " " << row << " " << column << " = " << value);
    const auto fault = fault_of(station);
    REQUIRE(fault);
    if (table.name == "events" && column != "seq")
      REQUIRE_MESSAGE(fault->find("event " + row + ":") != std::string::npos, *fault);
  };

  for (const Table& table :
       {Table{"events", "seq"}, Table{"batches", "name"}, Table{"orders", "position"},
        Table{"order_keys", "position"}, Table{"holders", "position"}, Table{"runs", "run"}}) {
    Intruder intruder(whole);
    const auto columns = intruder.rows("SELECT name, type FROM pragma_table_info('" + table.name + "')");
    for (const auto& row : intruder.rows("SELECT quote(" + table.key + ") FROM " + table.name))
      for (const auto& column : columns) {
        const auto value =
            intruder.rows("SELECT typeof(" + column[0] + "), coalesce(length(CAST(" + column[0] +
                          " AS BLOB)), 0) FROM " + table.name + " WHERE " + table.key + " = " + row[0])[0];
        for (const auto& change : changes_of({column[0], column[1], value[0], std::stoul(value[1])}))
          try_change(table, row[0], column[0], change);
      }
  }
  MESSAGE(found << " changes found, " << refused << " refused by SQLite");
  CHECK(found > 3000);
}

TEST_CASE("what is found is named") {
  struct Case {
    const char* name;
    std::string sql;
    std::string found;
  };
  const std::string run2 = "A0000000000000000000000000000002", run13 = "A000000000000000000000000000000D";
  for (const Case& test : {
           Case{"an event removed", "DELETE FROM events WHERE seq = 7", "event 7: is missing"},
           Case{"two events in the other order",
                "UPDATE events SET seq = 1000 WHERE seq = 7; UPDATE events SET seq = 7 WHERE seq = 8;"
                "UPDATE events SET seq = 8 WHERE seq = 1000",
                "event 7: was changed"},
           Case{"the last event removed", "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)",
                "ledger-rolled-back"},
           Case{"a tail cut", "DELETE FROM events WHERE seq > 9", "ledger-rolled-back"},
           Case{"all events removed", "DELETE FROM events", "ledger-rolled-back"},
           Case{"an event copied to the end",
                "INSERT INTO events SELECT (SELECT max(seq) + 1 FROM events), at, actor, command, kind, "
                "order_id, run, chip, body,"
                " commitment, link FROM events WHERE seq = 7",
                ": was changed"},
           Case{"an outcome changed", "UPDATE runs SET outcome = 'rejected' WHERE run = x'" + run2 + "'",
                "run " + run2 + ": outcome differs from event 14"},
           Case{"a run opened again",
                "UPDATE runs SET outcome = NULL, why = NULL, closed = NULL WHERE run = x'" + run13 + "'",
                "names run " + run13 + ", which is not open"},
           Case{"a run's id too long",
                "UPDATE runs SET run = CAST(run || x'00' AS BLOB), outcome = NULL, why = NULL, closed = "
                "NULL, promise = NULL"
                " WHERE run = x'" +
                    run2 + "'",
                "a run's id has not 16 bytes"},
           Case{"a run removed", "DELETE FROM runs WHERE run = x'" + run2 + "'", "runs: a row is missing"},
           Case{"an order made again", "UPDATE orders SET state = 'queued' WHERE id = 'O-2'",
                "order O-2: state differs"},
           Case{"an order removed", "DELETE FROM orders WHERE id = 'O-3'",
                "batch batch-1: the order before O-4 is missing"},
           Case{"a last order removed", "DELETE FROM orders WHERE id = 'O-5'",
                "batch batch-2: the number of its orders"},
           Case{"a batch removed",
                "DELETE FROM orders WHERE id = 'O-5'; DELETE FROM batches WHERE name = 'batch-2'",
                "batches: a row is missing"},
           Case{"numbers exchanged", "UPDATE orders SET number = x'00' WHERE id = 'O-4'",
                "order O-4: was changed"},
           Case{"holder data exchanged",
                "UPDATE holders SET sealed = (SELECT sealed FROM holders WHERE position = 4) WHERE position "
                "= 5",
                "order O-5: its sealed holder data was changed"},
           Case{"a forgotten key put back", "INSERT INTO order_keys VALUES (1, x'00')",
                "order O-1: its key differs"},
           Case{"a key removed", "DELETE FROM order_keys WHERE position = 5", "order O-5: its key differs"},
           Case{"an order too many",
                "INSERT INTO orders SELECT 6, 'O-6', batch, x'01', holder, commitment, 'queued', 0, NULL, "
                "NULL FROM orders WHERE id = 'O-5'",
                "order O-6: was changed"},
           Case{"a delivery taken back", "UPDATE orders SET delivered = NULL WHERE id = 'O-1'",
                "order O-1: delivered differs from event 9"},
           Case{"a delivery made up", "UPDATE orders SET delivered = 9 WHERE id = 'O-4'",
                "order O-4: delivered differs"},
           Case{
               "EF.SOD digests exchanged",
               "UPDATE runs SET sod = (SELECT sod FROM runs WHERE run = x'A0000000000000000000000000000001') "
               "WHERE run = x'" +
                   run2 + "'",
               "run " + run2 + ": sod differs"},
           Case{"a trigger removed", "", "events_stay is not as this program made it"},
       }) {
    CAPTURE(std::string(test.name));
    Station station;
    fill(station);
    {
      Intruder intruder(station.file());
      if (test.sql.empty())
        REQUIRE(intruder.run("DROP TRIGGER events_stay"));
      else
        intruder.without_triggers(test.sql);
    }
    const auto fault = fault_of(station);
    REQUIRE(fault);
    CHECK_MESSAGE(fault->find(test.found) != std::string::npos, *fault);
  }
}

TEST_CASE("events are append-only while the schema stands") {
  Station station;
  fill(station);
  Intruder intruder(station.file());
  CHECK_FALSE(intruder.run("UPDATE events SET actor = 'eve' WHERE seq = 3"));
  CHECK_FALSE(intruder.run("DELETE FROM events WHERE seq = 3"));
  CHECK_FALSE(intruder.run("INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 3"));
}

TEST_CASE("a broken file is an error with a code, wherever its bytes are changed") {
  Station station;
  fill(station);
  const auto whole = station.folder.path / "whole.db", mark = station.folder.path / "whole.head";
  put_copy(station.file(), whole);
  put_copy(station.file("ledger.head"), mark);
  const auto size = std::filesystem::file_size(whole);
  const std::string contents = Intruder(whole).contents();
  constexpr std::uintmax_t step = 131;
  std::size_t found = 0;
  for (std::uintmax_t at = 0; at < size; at += step) {
    CAPTURE(at);
    put_copy(whole, station.file());
    put_copy(mark, station.file("ledger.head"));
    {
      std::fstream file(station.file(), std::ios::binary | std::ios::in | std::ios::out);
      file.seekg(static_cast<std::streamoff>(at));
      const int byte = file.get();
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(byte ^ 0x20));
    }
    const bool changed = Intruder(station.file()).contents() != contents;
    const bool noticed = fault_of(station).has_value();
    CHECK((noticed || !changed));
    found += noticed ? 1 : 0;
  }
  MESSAGE(found << " of " << size / step << " bytes of the file mattered");
  CHECK(found > 10);
}

}  // namespace perso::ledger::test
