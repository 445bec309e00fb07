// What every subcommand shares, and how each is added to the program.
#pragma once

#include <CLI/CLI.hpp>

#include "crypto/primitives.hpp"
#include "home.hpp"
#include "output.hpp"
#include "system.hpp"

namespace perso::station {

struct Program {
  Options options;
  SystemClock clock;
  std::unique_ptr<Random> random = crypto::system_random();
  int exit_code = 0;  // of a command that ended without an Error

  Home home() { return Home(options, clock, *random); }
  /// The command line that starts a worker for a reader: this very program.
  pcsc::WorkerCommand worker_command(const std::string& reader) const;
};

// One file a subcommand.
void add_init(CLI::App& app, Program& program);
void add_doctor(CLI::App& app, Program& program);
void add_profile(CLI::App& app, Program& program);
void add_orders(CLI::App& app, Program& program);
void add_run(CLI::App& app, Program& program);
void add_inspect(CLI::App& app, Program& program);
void add_ledger(CLI::App& app, Program& program);
void add_number(CLI::App& app, Program& program);
void add_record(CLI::App& app, Program& program);
void add_vchip(CLI::App& app, Program& program);
void add_worker(CLI::App& app, Program& program);

}  // namespace perso::station
