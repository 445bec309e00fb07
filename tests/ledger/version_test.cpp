// Ledgers that older versions of the program left behind.
#include <doctest/doctest.h>

#include <fstream>

#include "ledger/station.hpp"

namespace perso::ledger::test {

namespace {

/// Puts version_1.sql in the place of a station's ledger, with its mark.
void put_version_1(Station& station) {
  station.close();
  std::ifstream in(PERSO_SOURCE_DIR "/tests/ledger/version_1.sql");
  const std::string sql(std::istreambuf_iterator<char>(in), {});
  std::filesystem::remove(station.file());
  REQUIRE(Intruder(station.file()).run(sql));

  // "-- mark: SLOT 0 / SLOT 1", each at the beginning of its block.
  constexpr std::size_t slot_digits = 144, block = 4096;
  const std::size_t at = sql.find("-- mark: ") + 9;
  Bytes mark = from_hex(sql.substr(at, slot_digits));
  mark.resize(block);
  append(mark, from_hex(sql.substr(at + slot_digits + 3, slot_digits)));
  std::ofstream(station.file("ledger.head"), std::ios::binary) << as_text(mark);
}

}  // namespace

TEST_CASE("a ledger of version 1 is brought up, verifies, and goes on") {
  Station station;
  put_version_1(station);
  station.clock.at += std::chrono::hours(1);
  station.open();
  Ledger& ledger = *station.ledger;
  CHECK(ledger.verify().first_failure.value_or("") == "");
  CHECK(station.state(2) == "issued");
  CHECK(station.state(3) == "uncertain");
  CHECK(ledger.order_of(run_id(3)).id == "O-3");
  CHECK(ledger.keeps_promise(run_id(3), number_of(3), sod_digest(3)));

  CHECK(ledger.issued_order("O-2")->order.id == "O-2");
  CHECK(ledger.issued_with_number(number_of(2))->order.id == "O-2");
  CHECK_FALSE(ledger.issued_order("O-1"));  // forgotten
  CHECK(ledger.waiting("test-edition", "").value().id == "O-3");

  // What it has issued waits for its delivery like any other. EF.SOD digests it did not keep.
  CHECK(ledger.forget(station.clock.now()) == 0);
  ledger.close(run_id(3), run::Outcome::issued, "");
  station.make(4, run::Outcome::issued);
  std::vector<ResultLine> lines;
  ledger.deliver(
      "batch-1", [&](const ResultLine& line) { lines.push_back(line); }, [] {});
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].number.empty());  // forgotten by version 1, without delivery
  CHECK(lines[1].number == number_of(2));
  CHECK(lines[1].chip == chip(2).hex());
  CHECK(lines[1].sod_digest.empty());
  CHECK(lines[2].sod_digest.empty());
  CHECK(lines[3].sod_digest == to_hex(sod_digest(4)));
  CHECK(ledger.forget(station.clock.now()) == 3);
  CHECK_FALSE(ledger.verify().first_failure);
  station.close();
  CHECK(Intruder(station.file()).rows("PRAGMA user_version")[0][0] == "2");
  CHECK_FALSE(fault_of(station));
}

TEST_CASE("a ledger of version 1 that was changed is found out after it was brought up") {
  for (const char* change :
       {"UPDATE orders SET state = 'queued' WHERE id = 'O-2'", "DELETE FROM order_keys WHERE position = 2",
        "UPDATE runs SET promise = NULL WHERE outcome = 'issued'"}) {
    CAPTURE(std::string(change));
    Station station;
    put_version_1(station);
    REQUIRE(Intruder(station.file()).run(change));
    CHECK(fault_of(station));
  }
}

}  // namespace perso::ledger::test
