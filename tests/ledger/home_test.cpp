// A home: made once, locked, of one version, for its owner alone, and honest about a disk that fails.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <sstream>

#include "ledger/station.hpp"

namespace perso::ledger::test {

using run::Outcome;

namespace {

/// What a command prints; empty where there is no such program.
std::string output_of(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out.push_back(static_cast<char>(c));
  ::pclose(pipe);
  return out;
}

/// Runs `action` in a child process of its own; its exit status, or the signal that ended it as a negative
/// number.
template <typename Action>
pid_t fork_child(Action&& action) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      ::_exit(action());
    } catch (...) {
      ::_exit(99);
    }
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("a ledger is made once, and opened where there is one") {
  Folder folder;
  PlainLedgerKeys keys;
  SteppingClock clock;
  CHECK(code_of([&] { Ledger::open(folder.path, keys, clock, {"anna", "run"}); }) == Code::ledger_io);
  CHECK(std::filesystem::is_empty(folder.path));
  Ledger::create(folder.path, keys, clock, {"anna", "init"});
  CHECK(code_of([&] { Ledger::create(folder.path, keys, clock, {"anna", "init"}); }) == Code::ledger_io);
  CHECK_FALSE(Ledger::open(folder.path, keys, clock, {"anna", "run"})->verify().first_failure);
  for (const std::string& name :
       {std::string(), std::string(65, 'a'), std::string("a\nb"), std::string("a\x7F")})
    CHECK(code_of([&] { Ledger::open(folder.path, keys, clock, {name, "run"}); }) == Code::usage);
}

TEST_CASE("one program works on a home") {
  Station station;
  std::string message;
  CHECK(code_of(
            [&] {
              Ledger::open(station.folder.path, station.keys, station.clock, {"bert", "run"});
            },
            &message) == Code::ledger_busy);
  CHECK_MESSAGE(message.find("process " + std::to_string(::getpid()) + " (anna, test)") != std::string::npos,
                message);
  station.close();
  CHECK_FALSE(code_of([&] {
    Ledger::open(station.folder.path, station.keys, station.clock, {"bert", "run"});
  }));
}

TEST_CASE("the files are the owner's alone, whatever the umask") {
  for (const mode_t mask : {0000u, 0777u}) {
    const mode_t before = ::umask(mask);
    Folder folder;
    ::chmod(folder.path.c_str(), 0700);
    {
      PlainLedgerKeys keys;
      SteppingClock clock;
      Ledger::create(folder.path, keys, clock, {"anna", "init"});
      const auto ledger = Ledger::open(folder.path, keys, clock, {"anna", "run"});
      ledger->refused(std::nullopt, "writer 1", "chip-foreign");
      int files = 0;
      for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
        CAPTURE(entry.path().string());
        struct stat status {};
        REQUIRE(::stat(entry.path().c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
        ++files;
      }
      CHECK(files == 4);  // database, its write-ahead log, mark, lock
    }
    ::umask(before);
  }
}

TEST_CASE("versions") {
  Station station(2);
  station.close();
  SUBCASE("a newer one is left alone") {
    { CHECK(Intruder(station.file()).run("PRAGMA user_version = 3")); }
    std::string message;
    CHECK(code_of([&] { station.open(); }, &message) == Code::ledger_newer);
    CHECK(message.find("version 3") != std::string::npos);
    CHECK(Intruder(station.file()).rows("PRAGMA user_version")[0][0] == "3");
  }
  SUBCASE("no ledger at all") {
    { CHECK(Intruder(station.file()).run("PRAGMA application_id = 7")); }
    CHECK(code_of([&] { station.open(); }) == Code::ledger_damaged);
    std::ofstream(station.file(), std::ios::trunc) << "name,number\n";
    CHECK(code_of([&] { station.open(); }) == Code::ledger_damaged);
  }
  SUBCASE("this one") {
    CHECK(Intruder(station.file()).rows("PRAGMA user_version")[0][0] == "2");
    CHECK_FALSE(fault_of(station));
  }
}

TEST_CASE("the sqlite3 program finds a sound database of strict tables in WAL mode") {
  Station station(2);
  station.make(1, Outcome::issued);
  station.close();
  if (output_of("sqlite3 --version").substr(0, 2) != "3.") return;
  const auto ask = [&](const std::string& sql) {
    return output_of("sqlite3 " + station.file().string() + " \"" + sql + "\"");
  };
  CHECK(ask("PRAGMA integrity_check") == "ok\n");
  CHECK(ask("PRAGMA foreign_key_check") == "");
  CHECK(ask("PRAGMA journal_mode") == "wal\n");
  CHECK(ask("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT "
            "LIKE 'sqlite%' AND strict = 0") == "0\n");
  CHECK(
      ask("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 1") ==
      "6\n");
  CHECK(ask("EXPLAIN QUERY PLAN SELECT position FROM orders WHERE state = 'queued' ORDER BY position")
            .find("SEARCH orders USING COVERING INDEX queue") != std::string::npos);
}

TEST_CASE("a full disk is a clear error, and nothing more is done until the ledger is opened again") {
  Station station(1);
  station.close();
  const auto limit = std::filesystem::file_size(station.file()) + 64 * 1024;
  const int status = wait_for(fork_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit cap{limit, limit};
    if (::setrlimit(RLIMIT_FSIZE, &cap) != 0) return 1;
    station.open();
    std::string message;
    std::optional<Code> failed;
    for (int n = 0; n < 10'000 && !failed; ++n)
      failed = code_of([&] { station.ledger->refused(chip(n), std::string(1000, 'w'), "chip-foreign"); },
                       &message);
    if (failed != Code::ledger_io) return 2;
    if (message.rfind("ledger.db: ", 0) != 0) return 3;
    if (code_of([&] { station.ledger->take_order("test-edition"); }, &message) != Code::ledger_io) return 4;
    if (code_of([&] { station.ledger->bind(run_id(1), "O-1", chip(1), "w"); }) != Code::ledger_io) return 5;
    if (message.find("start again") == std::string::npos) return 6;
    return 0;
  }));
  CHECK(status == 0);
  CHECK_FALSE(fault_of(station));
}

TEST_CASE("an import that fills the disk leaves nothing behind") {
  Station station(1);
  station.close();
  const int status = wait_for(fork_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit cap{6 << 20, 6 << 20};
    if (::setrlimit(RLIMIT_FSIZE, &cap) != 0) return 1;
    station.open();
    return code_of([&] { station.import("big", 100, 1000, 20'000); }) == Code::ledger_io ? 0 : 2;
  }));
  CHECK(status == 0);
  station.open();
  CHECK(station.ledger->totals().orders == 1);
  CHECK_FALSE(station.ledger->verify().first_failure);
  station.import("big", 100, 10);
  CHECK(station.ledger->totals().orders == 11);
}

TEST_CASE("SIGKILL at any moment leaves a ledger that opens and verifies, with no order lost") {
  constexpr int orders = 12, kills = 40;
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  Station station(orders);
  station.close();
  int next_run = 1;
  for (int kill = 0; kill < kills; ++kill) {
    CAPTURE(kill);
    const pid_t child = fork_child([&] {
      station.open();
      for (int n = next_run;; ++n) {
        if (n % 7 == 0) {
          try {
            station.import("batch-" + std::to_string(n), 1000 + n * 50, 40, 3000);
          } catch (const Error&) {
          }
        }
        const auto taken = station.ledger->take_order("test-edition");
        if (!taken) continue;
        station.ledger->bind(run_id(n), taken->id, chip(n), "writer 1");
        station.ledger->rekeying(run_id(n), {}, {});
        if (n % 5 == 0) {
          station.ledger->close(run_id(n), Outcome::returned, "card-torn");
          continue;
        }
        const int m = std::stoi(taken->id.substr(2));
        station.ledger->promise(run_id(n), promise_for(m));
        station.ledger->close(run_id(n), Outcome::issued, "");
      }
      return 0;
    });
    ::usleep(static_cast<useconds_t>(2'000 + random() % 60'000));
    ::kill(child, SIGKILL);
    REQUIRE(wait_for(child) == -SIGKILL);

    station.open();
    const auto result = station.ledger->verify();
    REQUIRE_MESSAGE(!result.first_failure, *result.first_failure);
    const Totals totals = station.ledger->totals();
    CHECK(totals.drawn == totals.issued + totals.rejected + totals.spoiled + totals.returned + totals.open);
    CHECK(totals.orders == totals.queued + totals.waiting + totals.issued);
    CHECK(totals.orders % 40 == orders);
    next_run += 2000;
    // Orders whose cards are in doubt go back, for the next round.
    std::vector<std::string> waiting;
    station.ledger->list_orders([&](const OrderLine& line) {
      if (line.state == "uncertain" || line.state == "held") waiting.push_back(line.id);
    });
    for (const auto& id : waiting) station.ledger->release(id, "the chip was shredded");
    station.close();
  }
}

}  // namespace perso::ledger::test
