// perso inspect: opens, reads and judges the card in a reader.
#include "inspect/inspect.hpp"

#include <iostream>

#include "bytes/error.hpp"
#include "card_access.hpp"
#include "edition/promises.hpp"
#include "files.hpp"
#include "inspection_report.hpp"
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
  CardOptions card;
  std::vector<fs::path> trust;
  std::vector<fs::path> editions;
};

/// The writer of station.yaml; one without a name for a reader that is none of its own.
WriterConfig writer_of(const Config& config, const InspectOptions& options) {
  if (!options.reader.empty()) {
    for (const WriterConfig& writer : config.writers)
      if (writer.reader == options.reader) return writer;
    return {"", options.reader};
  }
  for (const WriterConfig& writer : config.writers)
    if (options.writer.empty() || writer.name == options.writer) return writer;
  throw Error(Code::config_invalid, "station.yaml has no writer '" + options.writer + "'");
}

void warn(const Program& program, const std::string& what) {
  if (program.options.json)
    print_json({{"warning", what}}, std::cerr);
  else
    std::cerr << what << '\n';
}

/// What was passed over in a folder of trust is told: a border may wonder.
class SkippedFiles final : public Deviations {
 public:
  explicit SkippedFiles(const Program& program) : program_(program) {}
  void found(const std::string& what) override { warn(program_, "not used: " + what); }

 private:
  const Program& program_;
};

/// Its own authorities, then HOME/trust, then each folder that is named.
inspect::TrustStore trust_of(const Program& program, Home& home, const InspectOptions& options) {
  inspect::TrustStore trust = run::trust_of(home.keys());
  SkippedFiles skipped(program);
  if (const fs::path own = home.path() / "trust"; fs::is_directory(own)) trust.load(own, skipped);
  for (const fs::path& folder : options.trust) trust.load(folder, skipped);
  return trust;
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
void write_portrait(const Program& program, const fs::path& file, const Bytes& portrait) {
  if (portrait.empty())
    warn(program, "no portrait could be read: " + file.string() + " is not written");
  else
    write_private_file(file, portrait);
}

/// The files of two cards never stand in one folder.
void require_fresh(const fs::path& folder) {
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw Error(Code::usage, folder.string() + " has files already: export to a new folder");
}

void inspect_card(Program& program, const InspectOptions& options) {
  if (!options.export_to.empty()) require_fresh(options.export_to);
  Home home = program.home();
  const WriterConfig writer = writer_of(home.config(), options);
  const std::vector<profile::Profile> profiles = known_editions(home, options.editions);
  std::vector<inspect::Edition> editions;
  for (const profile::Profile& profile : profiles) editions.push_back(edition::inspected_edition(profile));
  const inspect::TrustStore trust = trust_of(program, home, options);
  const auto ledger = home.open_ledger("inspect");
  const channel::AccessData access = access_data(options.card, writer.name, *ledger, profiles);

  require_reader(program, {"inspect", writer.reader}, home.config().deadlines);
  pcsc::Writer slot(writer.reader, program.worker_command(writer.reader), home.config().deadlines);
  if (!slot.wait_for_card(card_wait))
    throw Error(Code::card_absent, "no card in " + writer.reader + ": put one in");
  const auto card = slot.connect();
  const inspect::Report report = inspect::inspect(
      *card, {access, editions, trust, *program.random, program.clock, home.config().command_limit});

  // Nobody sees a holder's data, or tries to, without a trace of it.
  ledger->inspected({writer.reader, report.edition, report.access,
                     std::string(inspect::name_of(report.verdict)),
                     std::string(inspect::name_of(report.trust))});
  if (!options.export_to.empty()) export_files(report, options.export_to);
  if (!options.portrait.empty()) write_portrait(program, options.portrait, report.portrait);
  if (program.options.json)
    print_json(as_json(report));
  else
    std::cout << as_text(report);
  if (report.verdict != inspect::Verdict::genuine) program.exit_code = 1;
  if (report.verdict == inspect::Verdict::unreadable && access.empty())
    warn(
        program,
        "if the card opens by what is printed on it, give that: --can, or --number, --born and --expires, or "
        "--mrz");
  if (!report.interrupted) card->close(iso7816::Leave::powered_off);
}

}  // namespace

void add_inspect(CLI::App& app, Program& program) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand("inspect", "Open, read and judge the card in a reader");
  command->add_option("--writer", options->writer, "Which writer of station.yaml (default: the first)");
  command->add_option("--reader", options->reader, "Or any PC/SC reader, by name");
  command->add_option("--export", options->export_to, "Write each file into this folder, as it was read");
  command->add_option("--portrait", options->portrait,
                      "Write the portrait into this file, JPEG or JPEG 2000");
  add_card_options(*command, options->card);
  command->add_option(
      "--trust", options->trust,
      "A further folder of authorities to believe; may be given again (HOME/trust is used always)");
  command->add_option("--edition", options->editions,
                      "Folder of a further card edition to recognise; may be given again");
  command->callback([&program, options] { inspect_card(program, *options); });
}

}  // namespace perso::station
