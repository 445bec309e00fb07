// perso doctor: is everything there that a line needs, and how is it mended, with the very command.
#include <fmt/format.h>

#include <functional>
#include <iostream>

#include "bytes/error.hpp"
#include "pcsc/session.hpp"
#include "readiness.hpp"

namespace perso::station {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t least_free_bytes = 256u << 20;

struct Finding {
  std::string what;
  bool good = false;
  std::string detail;  // what was found, or how to mend it
};

/// What `look` says, or the error that it ended in.
Finding examine(const std::string& what, const std::function<std::string()>& look) {
  try {
    return {what, true, look()};
  } catch (const std::exception& error) {
    return {what, false, error.what()};
  }
}

std::string look_at_reader(const Program& program, const WriterConfig& writer,
                           const pcsc::Deadlines& deadlines) {
  try {
    require_reader(program, writer, deadlines);
  } catch (const Error& error) {
    if (error.code() != Code::reader_absent) throw;  // pcscd answers, and can be asked for its readers
  }
  std::string known;
  for (const pcsc::ReaderInfo& reader : pcsc::list_readers()) {
    if (reader.name == writer.reader) return reader.card_present ? "there, with a card" : "there, empty";
    known += (known.empty() ? "" : ", ") + reader.name;
  }
  throw Error(Code::reader_absent, "no reader '" + writer.reader + "'; put one of these into station.yaml: " +
                                       (known.empty() ? "(none is connected)" : known));
}

std::string look_at_disk(const fs::path& home) {
  const std::uintmax_t available = fs::space(home).available;
  if (available < least_free_bytes)
    throw Error(Code::ledger_io,
                fmt::format("{} MiB free on the home's disk; 'du -sh {}' shows what takes it",
                            available >> 20, home.string()));
  return fmt::format("{} MiB free", available >> 20);
}

std::string look_at_ledger(Home& home) {
  return fmt::format("whole, {} events", require_whole(*home.open_ledger("doctor")).events);
}

std::vector<Finding> examine_all(Program& program) {
  std::vector<Finding> findings;
  std::optional<Home> home;
  findings.push_back(examine("home", [&] {
    home.emplace(program.options, program.clock, *program.random);
    return program.options.home.string();
  }));
  if (!home) return findings;
  for (const WriterConfig& writer : home->config().writers)
    findings.push_back(examine("writer " + writer.name,
                               [&] { return look_at_reader(program, writer, home->config().deadlines); }));
  findings.push_back(examine("profile", [&] { return home->profile().name; }));
  findings.push_back(examine("keys", [&] {
    return fmt::format("{} open{}", home->keys().descriptions().size(),
                       home->keys().specimen() ? ", SPECIMEN" : "");
  }));
  findings.push_back(examine("signers", [&] {
    require_signers(home->profile(), home->keys(), program.clock.now());
    return std::string("may be used today");
  }));
  findings.push_back(examine("ledger", [&] { return look_at_ledger(*home); }));
  findings.push_back(examine("disk", [&] { return look_at_disk(home->path()); }));
  return findings;
}

void doctor(Program& program) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Finding& finding : examine_all(program)) {
    if (!finding.good) program.exit_code = 1;
    rows.push_back({{"what", finding.what}, {"good", finding.good}, {"detail", finding.detail}});
    if (!program.options.json)
      std::cout << fmt::format("[{}] {}: {}\n", finding.good ? "ok" : "NO", finding.what, finding.detail);
  }
  if (program.options.json) print_json(rows);
}

}  // namespace

void add_doctor(CLI::App& app, Program& program) {
  app.add_subcommand("doctor", "Check what a line needs, and say how to mend what is wrong")
      ->callback([&program] { doctor(program); });
}

}  // namespace perso::station
