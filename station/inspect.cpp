// perso inspect: reads the card in a writer as a stranger and judges it.
#include "inspect/inspect.hpp"

#include <fmt/format.h>

#include <iostream>

#include "bytes/error.hpp"
#include "files.hpp"
#include "program.hpp"
#include "readiness.hpp"
#include "tlv/tlv.hpp"

namespace perso::station {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds card_wait{10};
constexpr tlv::Tag sod_tag{0x77};

struct InspectOptions {
  std::string writer;
  std::string reader;
  fs::path export_to;
  fs::path portrait;
  std::string number, born, expires;  // printed on the card
};

/// What opens a card with basic access control, as its machine readable zone has it. The dates are in the
/// form of orders.
std::optional<channel::PrintedData> printed_on(const InspectOptions& options) {
  if (options.number.empty()) return std::nullopt;
  const auto born = identity::Date::parse(options.born), expires = identity::Date::parse(options.expires);
  if (!born || !expires)
    throw Error(Code::usage, "a date that is none; write --born and --expires as YYYY-MM-DD");
  return channel::printed_data(options.number, born->yymmdd(), expires->yymmdd());
}

std::string reader_of(const Config& config, const InspectOptions& options) {
  if (!options.reader.empty()) return options.reader;
  for (const WriterConfig& writer : config.writers)
    if (options.writer.empty() || writer.name == options.writer) return writer.reader;
  throw Error(Code::config_invalid, "station.yaml has no writer '" + options.writer + "'");
}

/// The signed data inside of a file that is an EF.SOD. Any other file, also one that is no TLV at all, has
/// none.
std::optional<ByteView> sod_without_tag(const Bytes& contents) {
  if (contents.empty() || contents.front() != sod_tag.value) return std::nullopt;
  if (tlv::announced_size(contents) != contents.size()) return std::nullopt;
  return tlv::single(contents, tlv::Rules::ber).value;
}

/// Each file as it was read, in a folder for each application; EF.SOD also without its tag 77, as other
/// programs take it.
void export_files(const inspect::Report& report, const fs::path& folder) {
  for (const inspect::ReadFile& file : report.files) {
    const fs::path application = folder / file.application;
    make_private_folder(application);
    write_private_file(application / file.name, file.contents);
    if (const auto sod = sod_without_tag(file.contents))
      write_private_file(application / (file.name + ".p7"), *sod);
  }
}

/// A file that stands is not replaced by nothing.
void write_portrait(const fs::path& file, const Bytes& portrait) {
  if (portrait.empty())
    std::cerr << "no portrait could be read: " << file.string() << " is not written\n";
  else
    write_private_file(file, portrait);
}

nlohmann::json describe(const inspect::Report& report) {
  nlohmann::json checks = nlohmann::json::array();
  for (const inspect::Check& check : report.checks)
    checks.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  nlohmann::json files = nlohmann::json::array();
  for (const inspect::ReadFile& file : report.files)
    files.push_back(
        {{"application", file.application}, {"name", file.name}, {"bytes", file.contents.size()}});
  return {{"passed", report.passed()},
          {"number", report.number},
          {"holder", report.holder},
          {"checks", checks},
          {"files", files}};
}

void show(const inspect::Report& report) {
  for (const auto& [field, value] : report.holder) std::cout << fmt::format("  {:<18} {}\n", field, value);
  for (const inspect::Check& check : report.checks)
    std::cout << fmt::format("  [{}] {}{}{}\n", check.passed ? "ok" : "NO", check.name,
                             check.detail.empty() ? "" : ": ", check.detail);
  std::cout << (report.passed() ? "the card keeps every promise of its edition\n" : "the card FAILS\n");
}

/// The files of two cards never stand in one folder.
void require_fresh(const fs::path& folder) {
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw Error(Code::usage, folder.string() + " has files already: export to a new folder");
}

void inspect_card(Program& program, const InspectOptions& options) {
  if (!options.export_to.empty()) require_fresh(options.export_to);
  Home home = program.home();
  const std::string reader = reader_of(home.config(), options);
  const inspect::Trust trust{home.keys().trust_anchors(), home.keys().revocations()};
  require_reader(program, {"inspect", reader}, home.config().deadlines);
  pcsc::Writer slot(reader, program.worker_command(reader), home.config().deadlines);
  if (!slot.wait_for_card(card_wait)) throw Error(Code::card_absent, "no card in " + reader + ": put one in");
  const auto card = slot.connect();
  const inspect::Report report =
      inspect::inspect(*card, run::promises_of(home.profile()), printed_on(options), trust, *program.random,
                       program.clock.now(), home.config().command_limit);
  card->close(iso7816::Leave::powered_off);

  // Nobody sees a holder's data without a trace of it.
  home.open_ledger("inspect")->inspected(reader);
  if (!options.export_to.empty()) export_files(report, options.export_to);
  if (!options.portrait.empty()) write_portrait(options.portrait, report.portrait);
  if (program.options.json)
    print_json(describe(report));
  else
    show(report);
  if (!report.passed()) program.exit_code = 1;
  if (home.profile().chip.bac && options.number.empty())
    std::cerr
        << "cards of this profile open by what is printed on them: give --number, --born and --expires\n";
}

}  // namespace

void add_inspect(CLI::App& app, Program& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      app.add_subcommand("inspect", "Read the card in a writer as a stranger would, and judge it");
  command->add_option("--writer", options->writer, "Which writer of station.yaml (default: the first)");
  command->add_option("--reader", options->reader, "Or any PC/SC reader, by name");
  command->add_option("--export", options->export_to, "Write each file into this folder, as it was read");
  command->add_option("--portrait", options->portrait,
                      "Write the portrait into this file, JPEG or JPEG 2000");
  auto* number = command->add_option("--number", options->number,
                                     "The number printed on a card that opens by it (basic access control)");
  auto* born = command->add_option("--born", options->born, "And the date of birth, YYYY-MM-DD");
  auto* expires = command->add_option("--expires", options->expires, "And the date of expiry, YYYY-MM-DD");
  number->needs(born)->needs(expires);
  born->needs(number);
  expires->needs(number);
  command->callback([&program, options] { inspect_card(program, *options); });
}

}  // namespace perso::station
