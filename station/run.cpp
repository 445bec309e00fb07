// perso run: takes cards as they come until the queue is empty.
#include "run/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "bytes/error.hpp"
#include "console.hpp"
#include "pcsc/session.hpp"
#include "program.hpp"

namespace perso::station {

namespace {

struct RunOptions {
  std::size_t count = 0;  // 0: until the queue is empty
  int wait_s = 0;         // 0: for ever
  std::vector<std::string> writers;
  std::string body;
};

void check_body(const RunOptions& options) {
  const bool printable = std::ranges::all_of(options.body, [](char c) { return c > ' ' && c < 0x7F; });
  if (options.count != 1 || !printable || options.body.size() > 64)
    throw Error(Code::usage, "--body takes 1 to 64 printable characters, and --count 1 with it");
}

std::vector<WriterConfig> chosen_writers(const Config& config, const RunOptions& options) {
  if (options.writers.empty()) return config.writers;
  std::vector<WriterConfig> chosen;
  for (const std::string& name : options.writers) {
    const auto found = std::find_if(config.writers.begin(), config.writers.end(),
                                    [&](const auto& writer) { return writer.name == name; });
    if (found == config.writers.end())
      throw Error(Code::config_invalid, "station.yaml has no writer '" + name + "'");
    chosen.push_back(*found);
  }
  return chosen;
}

/// A line that could not take a single card is not begun.
void require_readers(const std::vector<WriterConfig>& writers) {
  if (!pcsc::stack_answers())
    throw Error(
        Code::stack_absent,
        "no pcscd answers: start it with 'systemctl start pcscd', or 'pcscd' where there is no systemd");
  const auto known = pcsc::list_readers();
  for (const WriterConfig& writer : writers)
    if (std::none_of(known.begin(), known.end(),
                     [&](const auto& reader) { return reader.name == writer.reader; }))
      throw Error(Code::reader_absent, "no reader '" + writer.reader + "' for " + writer.name +
                                           ": plug it in, or name another in station.yaml ('perso doctor' "
                                           "lists those that are there)");
}

/// The line's last words. `wanted` is what was in the queue, or the count asked for.
void summarize(const Program& program, const run::LineReport& report, std::size_t wanted) {
  if (program.options.json) {
    std::cout << nlohmann::json{{"wanted", wanted},
                                {"issued", report.issued},
                                {"verified", report.verified},
                                {"rejected", report.rejected},
                                {"spoiled", report.spoiled},
                                {"returned", report.returned},
                                {"refused", report.refused},
                                {"waiting_for_chip", report.waiting_for_chip}}
                     .dump()
              << std::endl;
    return;
  }
  if (report.waiting_for_chip > 0)
    std::cout << report.waiting_for_chip
              << " interrupted after their promise: put their chips in again, or release their orders\n";
  std::cout << fmt::format("issued {} of {}, verified {}, rejected {}, spoiled {}", report.issued, wanted,
                           report.verified, report.rejected, report.spoiled)
            << std::endl;
}

/// 0 when every wanted card was issued; else the exit code of what went wrong last.
int exit_code_for(const run::LineReport& report, std::size_t wanted) {
  if (report.issued >= wanted && report.waiting_for_chip == 0) return 0;
  return report.last_failure ? exit_code_of(report.last_failure->code()) : 1;
}

void run_line(Program& program, const RunOptions& options) {
  Home home = program.home();
  const Config& config = home.config();
  const profile::Profile& profile = home.profile();
  const keys::KeySet& keys = home.keys();

  const std::vector<WriterConfig> chosen = chosen_writers(config, options);
  if (!options.body.empty()) check_body(options);
  if (chosen.empty())
    throw Error(Code::config_invalid, "station.yaml names no writer; 'perso doctor' lists the readers");
  require_readers(chosen);
  std::vector<std::unique_ptr<pcsc::Writer>> slots;
  std::vector<run::Writer> writers;
  std::vector<std::string> names;
  for (const WriterConfig& writer : chosen) {
    slots.push_back(std::make_unique<pcsc::Writer>(writer.reader, program.worker_command(writer.reader),
                                                   config.deadlines));
    writers.push_back({writer.name, *slots.back(), options.body});
    names.push_back(writer.name);
  }

  const auto ledger = home.open_ledger("run");
  ledger->forget(program.clock.now() - std::chrono::days(config.holder_data_days));
  const std::size_t queued = ledger->totals().queued;

  const auto transport = keys.card_keys(profile.chip.transport.from, profile.chip.transport.version);
  const auto issuer = keys.card_keys(profile.chip.issuer.from, profile.chip.issuer.version);
  const run::Edition edition{
      profile,
      *transport,
      *issuer,
      [&](const std::string& name) -> const keys::Signer& { return keys.signer(name); },
      keys.trust_anchors(),
      run::promises_of(profile),
      config.command_limit};
  run::LineRules rules;
  rules.failures_in_row = config.failures_in_row;
  if (options.count > 0) rules.count = options.count;
  if (options.wait_s > 0) rules.card_wait = std::chrono::seconds(options.wait_s);

  catch_stop_signals();
  const auto console = make_console(console_kind(program.options.json), names);
  const run::LineReport report = run::run_line(writers, edition, {*ledger, program.clock, *program.random},
                                               rules, *console, stop_requested);
  const std::size_t wanted = std::min(queued, rules.count);
  summarize(program, report, wanted);
  if (report.issued < wanted && !report.last_failure && !stop_requested())
    throw Error(Code::card_absent, "no card came for " + std::to_string(options.wait_s) +
                                       " s and orders are left: put blank chips in and start again");
  program.exit_code = exit_code_for(report, wanted);
}

}  // namespace

void add_run(CLI::App& app, Program& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Take cards as they come and make the orders in the queue");
  command->add_option("--count", options->count, "Cards to issue at most (default: until the queue is empty)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--wait", options->wait_s,
                   "Seconds that a writer waits for its next card (default: for ever)")
      ->check(CLI::PositiveNumber);
  command->add_option("--writer", options->writers, "Only this writer of station.yaml; may be given again");
  command->add_option("--body", options->body,
                      "Serial number of the card body, for a line of one card (--count 1)");
  command->callback([&program, options] { run_line(program, *options); });
}

}  // namespace perso::station
