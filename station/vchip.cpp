// perso vchip: virtual chips, made as a manufacturer would and served to pcscd as cards.
#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "bytes/error.hpp"
#include "program.hpp"
#include "samples.hpp"
#include "vchip/card_folder.hpp"
#include "vchip/chip.hpp"
#include "vchip/server.hpp"

namespace perso::station {

namespace {

namespace fs = std::filesystem;

struct VchipOptions {
  fs::path dir;
  std::size_t count = 1;
  std::string platform = "globalplatform";
  std::uint32_t memory_kib = 128;
  std::string mode = "s8";
  vchip::ServerConfig server;
  bool feed = false;
  bool empty = false;
  std::string timing = "none";
  std::string sample;
};

/// The chip's production data, as its manufacturer's machine would write it: GlobalPlatform 2.3.1 appendix H.
/// What tells one chip from all others is the serial number and the batch, drawn at random.
vchip::Hardware new_hardware(Random& random) {
  vchip::Hardware hardware;
  const Bytes made_by = from_hex(
      "4790"
      "5168");  // IC fabricator and type of a common chip
  std::copy(made_by.begin(), made_by.end(), hardware.cplc.begin());
  random.fill(std::span(hardware.cplc).subspan(12, 6));
  return hardware;
}

keys::ChipId id_of(const vchip::Hardware& hardware) {
  keys::ChipId id;
  const Bytes bytes = hardware.chip_id();
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

/// The transport keys that this home's profile opens the chip with.
vchip::KeySet transport_keys(Home& home, const keys::ChipId& id) {
  const std::optional<profile::MasterKey>& transport = home.profile().chip.transport;
  if (!transport)
    throw Error(Code::config_invalid,
                "the profile of this home is for chips without transport keys: add --platform iso7816");
  vchip::KeySet keys;
  keys.version = transport->version;
  keys.keys = home.keys().manufacturer_keys(transport->from, transport->version, id);
  return keys;
}

void make(Program& program, const VchipOptions& options) {
  std::optional<Home> home;  // for its keys: a chip that has none needs no home
  if (options.platform == "globalplatform") home.emplace(program.home());
  const fs::path stack = options.dir / "stack";
  fs::create_directories(stack);
  for (std::size_t i = 0; i < options.count; ++i) {
    vchip::ChipConfig config;
    config.hardware = new_hardware(*program.random);
    config.hardware.i = options.mode == "s16" ? 0x71 : 0x70;
    config.hardware.memory = options.memory_kib * 1024;
    config.platform = home ? vchip::Platform::globalplatform : vchip::Platform::iso7816;
    const keys::ChipId id = id_of(config.hardware);
    if (home) config.transport_keys = transport_keys(*home, id);
    vchip::Chip::make_file(config, stack / (id.hex() + ".chip"));
  }
  if (program.options.json)
    print_json({{"made", options.count}, {"dir", options.dir.string()}});
  else
    std::cout << "made " << options.count << " blank chips in " << stack.string() << '\n';
}

/// One chip for each empty slot, from the top of the stack.
void fill_slots(const vchip::ServerConfig& config) {
  vchip::CardFolder folder(config.dir, config.slots);
  for (unsigned slot = 0; slot < config.slots; ++slot)
    if (!folder.in_slot(slot)) folder.draw(slot);
}

vchip::Timing timing_named(const std::string& name) {
  if (name == "contact") return vchip::Timing::contact();
  if (name == "contactless") return vchip::Timing::contactless();
  return vchip::Timing::prompt();
}

void serve(Program& program, const VchipOptions& options) {
  vchip::ServerConfig config = options.server;
  config.dir = options.dir;
  config.mode = options.feed ? vchip::FeedMode::feed : vchip::FeedMode::hold;
  config.timing = timing_named(options.timing);
  if (!options.sample.empty()) prepare_sample(program, options.sample, options.dir, config);
  if (!options.feed && !options.empty) fill_slots(config);
  config.sleep = [](std::chrono::nanoseconds duration) { std::this_thread::sleep_for(duration); };
  if (!program.options.json)
    config.log = [](const std::string& line) { std::cerr << "vchip: " << line << std::endl; };

  if (config.log)
    config.log(fmt::format("serving {}: {} slots on ports {} to {}", config.dir.string(), config.slots,
                           config.first_port, config.first_port + config.slots - 1));

  // Blocked before a thread starts, so that the signals arrive at the descriptor alone.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop_signals, nullptr);
  const int stop = signalfd(-1, &stop_signals, SFD_CLOEXEC);
  if (stop < 0) throw Error(Code::reader_fault, "cannot wait for signals: signalfd failed");
  vchip::serve(config, *program.random, stop);
  ::close(stop);
}

}  // namespace

void add_vchip(CLI::App& app, Program& program) {
  auto options = std::make_shared<VchipOptions>();
  CLI::App* command =
      app.add_subcommand("vchip", "Virtual chips behind pcscd's virtual readers")->require_subcommand(1);

  CLI::App* make_command = command->add_subcommand(
      "make",
      "Make blank chips; with this home's transport keys where they have any (specimen key sets alone)");
  make_command->add_option("--dir", options->dir, "Folder of the chips")->required();
  make_command->add_option("--count", options->count, "How many")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  make_command->add_option("--platform", options->platform, "What they speak: globalplatform or iso7816")
      ->check(CLI::IsMember({"globalplatform", "iso7816"}))
      ->capture_default_str();
  make_command->add_option("--memory", options->memory_kib, "KiB of memory of each")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  make_command->add_option("--scp03", options->mode, "SCP03 mode of globalplatform: s8 or s16")
      ->check(CLI::IsMember({"s8", "s16"}))
      ->capture_default_str();
  make_command->callback([&program, options] { make(program, *options); });

  CLI::App* serve_command =
      command->add_subcommand("serve", "Put the chips of a folder into virtual readers");
  serve_command->add_option("--dir", options->dir, "Folder of the chips")->required();
  serve_command->add_option("--slots", options->server.slots, "Readers")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  serve_command->add_option("--port", options->server.first_port, "TCP port of the first reader")
      ->capture_default_str();
  serve_command->add_flag("--feed", options->feed,
                          "Take out each card that the station is done with, and put in the next");
  serve_command->add_flag("--empty", options->empty,
                          "Begin with empty readers, for cards that are told to come");
  serve_command
      ->add_option("--sample", options->sample,
                   "Make this sample card first, and serve it ('perso vchip samples')")
      ->excludes("--feed", "--empty", "--slots");
  serve_command
      ->add_option("--timing", options->timing, "Answer as slowly as a real chip: none, contact, contactless")
      ->check(CLI::IsMember({"none", "contact", "contactless"}))
      ->capture_default_str();
  serve_command->callback([&program, options] { serve(program, *options); });

  command->add_subcommand("samples", "The sample cards, and what each must lead to")->callback([&program] {
    list_samples(program);
  });
}

}  // namespace perso::station
