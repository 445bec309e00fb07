// perso: the program. Parses the command line, runs one subcommand, and turns whatever ends it into one line
// and an exit code.
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "bytes/error.hpp"
#include "program.hpp"

namespace {

using perso::station::Program;

std::filesystem::path default_home() {
  const char* home = std::getenv("PERSO_HOME");
  return home != nullptr && *home != '\0' ? home : "perso-home";
}

void add_global_options(CLI::App& app, Program& program) {
  app.add_option("--home", program.options.home, "The station's home (or PERSO_HOME; else ./perso-home)")
      ->capture_default_str();
  app.add_option("--passphrase-file", program.options.passphrase_file,
                 "Opens the key set (or PERSO_PASSPHRASE)");
  app.add_option("--actor", program.options.actor, "Who does this, for the record")->capture_default_str();
  app.add_flag("--json", program.options.json, "Print JSON, for machines");
}

void report(const Program& program, const perso::Error& error) {
  if (!program.options.json) {
    std::cerr << "perso: " << error.what() << '\n';
    return;
  }
  nlohmann::json told{{"code", perso::name_of(error.code())}, {"message", error.message()}};
  if (!error.step().empty()) told["step"] = error.step();
  if (error.status_word()) told["status_word"] = *error.status_word();
  perso::station::print_json({{"error", told}}, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader of the output that has gone is no reason to die between two steps of a card.
  std::signal(SIGPIPE, SIG_IGN);
  Program program;
  program.options.home = default_home();
  program.options.actor = perso::station::login_name();

  CLI::App app("Personalizes and encodes identity cards.", "perso");
  app.require_subcommand(1);
  app.fallthrough();  // global options may stand behind the subcommand
  add_global_options(app, program);
  add_init(app, program);
  add_doctor(app, program);
  add_profile(app, program);
  add_orders(app, program);
  add_run(app, program);
  add_inspect(app, program);
  add_ledger(app, program);
  add_number(app, program);
  add_record(app, program);
  add_vchip(app, program);
  add_worker(app, program);

  try {
    app.parse(argc, argv);
    return program.exit_code;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    report(program, perso::Error(perso::Code::usage,
                                 std::string(error.what()) + "; 'perso --help' lists the commands"));
    return perso::exit_code_of(perso::Code::usage);
  } catch (const perso::Error& error) {
    report(program, error);
    return perso::exit_code_of(error.code());
  } catch (const std::filesystem::filesystem_error& error) {
    report(program, perso::Error(perso::Code::config_invalid, error.what()));
    return perso::exit_code_of(perso::Code::config_invalid);
  } catch (const std::exception& error) {
    std::cerr << "perso: " << error.what() << '\n';
    return 1;
  }
}
