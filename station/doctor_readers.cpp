// perso doctor's look at the readers: that they are there, and how large a command they take.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "bytes/error.hpp"
#include "doctor.hpp"
#include "ledger/files.hpp"
#include "pcsc/session.hpp"
#include "readiness.hpp"
#include "subprocess.hpp"

namespace perso::station {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;

struct Reader {
  pcsc::ReaderInfo info;
  std::optional<std::size_t> limit;  // largest command data field, where its driver says it
};

std::optional<std::size_t> limit_of(const std::string& reader) {
  const auto ended = ask_program(
      {std::filesystem::read_symlink("/proc/self/exe").string(), "reader-limit", "--reader", reader},
      patience);
  std::size_t limit = 0;
  std::istringstream words(ended && ended->exit_code == 0 ? ended->output : std::string());
  return words >> limit ? std::optional(limit) : std::nullopt;
}

Finding describe(const Reader& reader) {
  return good(fmt::format("{}; {}", reader.info.card_present ? "with a card" : "empty",
                          reader.limit ? fmt::format("commands of up to {} bytes of data", *reader.limit)
                                       : "does not say how large a command may be"));
}

/// The setting may be left out of the file.
std::string set_command_limit(std::size_t limit, const std::filesystem::path& settings) {
  return fmt::format(
      "if grep -q '^command_limit:' {1}; then sed -i 's/^command_limit: *[0-9]*/command_limit: {0}/' {1}; "
      "else printf '\\ncommand_limit: {0}\\n' >> {1}; fi",
      limit, quoted(settings));
}

Finding look_at_writer(const Program& program, const Config& config, const WriterConfig& writer,
                       const std::vector<Reader>& readers) {
  require_reader(program, writer, config.deadlines);
  for (const Reader& reader : readers)
    if (reader.info.name == writer.reader &&
        reader.limit.value_or(config.command_limit) < config.command_limit)
      return wrong(fmt::format("{} takes commands of up to {} bytes of data, and command_limit is {}",
                               writer.reader, *reader.limit, config.command_limit),
                   set_command_limit(*reader.limit, program.options.home / "station.yaml"));
  return good(writer.reader);
}

/// A line at work needs its readers for itself, and none may begin while they are looked at.
/// @throws Error ledger_busy
std::optional<ledger::HomeLock> keep_lines_away(const Options& options) {
  std::error_code unreadable;
  if (!std::filesystem::exists(options.home / "ledger.lock", unreadable)) return std::nullopt;
  try {
    return ledger::HomeLock(options.home, fmt::format("process {} ({}, doctor)", ::getpid(), options.actor));
  } catch (const Error& error) {
    if (error.code() == Code::ledger_busy) throw;
    return std::nullopt;  // a home that cannot be locked has no line; what it lacks is another finding
  }
}

std::vector<Finding> look_at_readers(const Program& program, const Config* config) {
  std::vector<Reader> readers;
  std::vector<Finding> findings;
  const auto against = [&](Code code) { return command_against(code, program.options.home, config); };
  if (pcsc::stack_answers())
    findings.push_back(examine(
        "readers",
        [&]() -> Finding {
          for (pcsc::ReaderInfo& info : pcsc::list_readers()) {
            const auto limit = limit_of(info.name);
            readers.push_back({std::move(info), limit});
          }
          if (readers.empty())
            return wrong("none is connected: plug one in, and see that the machine knows it", "lsusb");
          return good(fmt::format("{} connected", readers.size()));
        },
        against));
  for (const Reader& reader : readers)
    findings.push_back(examine("reader " + reader.info.name, [&] { return describe(reader); }));
  if (config != nullptr)
    for (const WriterConfig& writer : config->writers)
      findings.push_back(examine(
          "writer " + writer.name, [&] { return look_at_writer(program, *config, writer, readers); },
          against));
  return findings;
}

}  // namespace

std::vector<Finding> examine_readers(const Program& program, const Config* config) {
  try {
    const auto lock = keep_lines_away(program.options);
    return look_at_readers(program, config);
  } catch (const Error& error) {
    if (error.code() != Code::ledger_busy) throw;
    return {examine("readers", [&] { return advice("left alone: " + error.message()); })};
  }
}

void print_reader_limit(const std::string& reader) {
  if (const auto limit = pcsc::reader_properties(reader).max_command_data) std::cout << *limit << '\n';
}

}  // namespace perso::station
