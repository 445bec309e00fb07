// perso run: takes cards as they come until the queue is empty.
#include "run/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "bytes/error.hpp"
#include "console.hpp"
#include "files.hpp"
#include "iso7816/trace.hpp"
#include "readiness.hpp"

namespace perso::station {

namespace {

struct RunOptions {
  std::size_t count = 0;  // 0: until the queue is empty
  int wait_s = 0;         // 0: for ever
  std::vector<std::string> writers;
  std::string body;
  std::filesystem::path trace;
};

constexpr int interrupted_exit = 1;  // the operator ended the line before its work was done

void check_body(const RunOptions& options) {
  const bool printable = std::ranges::all_of(options.body, [](char c) { return c > ' ' && c < 0x7F; });
  if (options.count != 1 || !printable || options.body.size() > 64)
    throw Error(Code::usage, "--body takes 1 to 64 printable characters, and --count 1 with it");
}

std::vector<WriterConfig> chosen_writers(const Config& config, const RunOptions& options) {
  if (config.writers.empty())
    throw Error(Code::config_invalid, "station.yaml names no writer; 'perso doctor' lists the readers");
  if (options.writers.empty()) return config.writers;
  std::vector<WriterConfig> chosen;
  for (const std::string& name : std::set(options.writers.begin(), options.writers.end())) {
    const auto found = std::ranges::find(config.writers, name, &WriterConfig::name);
    if (found == config.writers.end())
      throw Error(Code::config_invalid, "station.yaml has no writer '" + name + "'");
    chosen.push_back(*found);
  }
  return chosen;
}

/// The chosen writers' readers, each behind a tracer where a trace is wanted.
class Slots {
 public:
  Slots(Program& program, const std::vector<WriterConfig>& chosen, const pcsc::Deadlines& deadlines,
        const RunOptions& options) {
    if (!options.trace.empty()) trace_.emplace(options.trace);
    for (const WriterConfig& writer : chosen) {
      readers_.push_back(
          std::make_unique<pcsc::Writer>(writer.reader, program.worker_command(writer.reader), deadlines));
      iso7816::Slot* slot = readers_.back().get();
      if (trace_) {
        tracers_.push_back(std::make_unique<iso7816::TracingSlot>(
            *slot, program.clock, [this, name = writer.name](std::string_view line) {
              trace_->add(name + ' ' + std::string(line));
            }));
        slot = tracers_.back().get();
      }
      writers_.push_back({writer.name, *slot, options.body});
    }
  }
  const std::vector<run::Writer>& writers() const { return writers_; }

 private:
  std::optional<LineFile> trace_;
  std::vector<std::unique_ptr<pcsc::Writer>> readers_;
  std::vector<std::unique_ptr<iso7816::TracingSlot>> tracers_;
  std::vector<run::Writer> writers_;
};

/// The line's last words. `wanted` is what was left to issue, or the count asked for.
void summarize(const Program& program, const run::LineReport& report, std::size_t wanted) {
  if (program.options.json) {
    print_json({{"wanted", wanted},
                {"issued", report.issued},
                {"verified", report.verified},
                {"rejected", report.rejected},
                {"spoiled", report.spoiled},
                {"returned", report.returned},
                {"refused", report.refused},
                {"held", report.held},
                {"waiting_for_chip", report.waiting_for_chip}});
    return;
  }
  if (report.waiting_for_chip > 0)
    std::cout << report.waiting_for_chip
              << " interrupted after their promise: put their chips in again, or release their orders\n";
  if (report.held > 0)
    std::cout << report.held << " held: mend what is wrong with them, then 'perso orders release'\n";
  std::cout << fmt::format("issued {} of {}, verified {}, rejected {}, spoiled {}", report.issued, wanted,
                           report.verified, report.rejected, report.spoiled)
            << std::endl;
}

/// 0 when every wanted card was issued and no run waits for its chip; else the exit code of what went wrong
/// last.
int exit_code_for(const run::LineReport& report, std::size_t wanted) {
  if (report.issued >= wanted && report.waiting_for_chip == 0) return 0;
  if (report.last_failure) return exit_code_of(report.last_failure->code());
  return report.stopped_by_rule ? exit_code_of(Code::stopped_by_rule) : interrupted_exit;
}

/// What the operator waits for before the first card, where a person reads it.
void announce(const Program& program, const std::vector<WriterConfig>& writers, std::size_t wanted) {
  if (program.options.json) return;
  if (wanted == 0) {
    std::cout << "the queue is empty: 'perso orders import BATCH.csv' takes orders in" << std::endl;
    return;
  }
  std::cout << wanted << " to make; cards are taken in";
  for (const WriterConfig& writer : writers)
    std::cout << (&writer == &writers.front() ? " " : ", ") << writer.reader;
  std::cout << "; Ctrl-C ends after the cards in work" << std::endl;
}

run::LineRules rules_of(const Config& config, const RunOptions& options) {
  run::LineRules rules;
  rules.failures_in_row = config.failures_in_row;
  if (options.count > 0) rules.count = options.count;
  if (options.wait_s > 0) rules.card_wait = std::chrono::seconds(options.wait_s);
  return rules;
}

void run_line(Program& program, const RunOptions& options) {
  Home home = program.home();
  const Config& config = home.config();
  const std::vector<WriterConfig> chosen = chosen_writers(config, options);
  if (!options.body.empty()) check_body(options);
  const profile::Profile& profile = home.profile();
  const keys::KeySet& keys = home.keys();
  // A line that could not make a single card is not begun.
  require_signers(profile, keys, program.clock.now());
  for (const WriterConfig& writer : chosen) require_reader(program, writer, config.deadlines);

  const Slots slots(program, chosen, config.deadlines, options);
  const auto ledger = home.open_ledger("run");
  require_whole(*ledger);
  ledger->forget(program.clock.now() - std::chrono::days(config.holder_data_days));
  const run::LineRules rules = rules_of(config, options);
  const std::size_t wanted = std::min(ledger->queued(profile.name) + ledger->uncertain(), rules.count);

  const run::OpenEdition edition(profile, keys, config.command_limit);
  announce(program, chosen, wanted);
  catch_stop_signals();
  std::vector<std::string> names;
  for (const WriterConfig& writer : chosen) names.push_back(writer.name);
  const auto console = make_console(console_kind(program.options.json), names);
  const run::LineReport report = run::run_line(
      slots.writers(), *edition, {*ledger, program.clock, *program.random}, rules, *console, stop_requested);
  summarize(program, report, wanted);
  program.exit_code = exit_code_for(report, wanted);
  const bool nothing_else = !report.last_failure && !report.stopped_by_rule && !stop_requested();
  if (nothing_else && report.issued < wanted && ledger->queued(profile.name) > 0)
    throw Error(Code::card_absent, "no card came for " + std::to_string(options.wait_s) +
                                       " s and orders are left: put blank chips in and start again");
}

}  // namespace

void add_run(CLI::App& app, Program& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Take cards as they come and make the orders in the queue");
  command->add_option("--count", options->count, "Cards to issue at most (default: until the queue is empty)")
      ->check(CLI::Range(1, 1'000'000'000));
  command
      ->add_option("--wait", options->wait_s,
                   "Seconds that a writer waits for its next card (default: for ever)")
      ->check(CLI::Range(1, 1'000'000'000));
  command->add_option("--writer", options->writers, "Only this writer of station.yaml; may be given again");
  command->add_option("--body", options->body,
                      "Serial number of the card body, for a line of one card (--count 1)");
  command->add_option("--trace", options->trace,
                      "Add a line about every command that goes to a card to this file, without its data");
  command->callback([&program, options] { run_line(program, *options); });
}

}  // namespace perso::station
