// perso init: a new home with specimen keys.
#include <iostream>

#include "bytes/error.hpp"
#include "program.hpp"

namespace perso::station {

namespace {

struct InitOptions {
  std::string station = "station-1";
  std::filesystem::path profile = "profiles/prc-2023";
  std::vector<std::string> readers = {"Virtual PCD 00 00", "Virtual PCD 00 01"};  // of Debian's vpcd
  std::string parameters = "explicit";
};

void init(Program& program, const InitOptions& options) {
  Config config;
  config.station = options.station;
  config.profile = std::filesystem::absolute(options.profile).lexically_normal();
  for (std::size_t i = 0; i < options.readers.size(); ++i)
    config.writers.push_back({"writer-" + std::to_string(i + 1), options.readers[i]});
  profile::load(config.profile);  // a station that cannot read its profile is not made
  const auto parameters = options.parameters == "named" ? crypto::EcParameters::named_curve
                                                        : crypto::EcParameters::explicit_curve;
  Home::make(program.options, config, parameters, program.clock, *program.random);

  Home home = program.home();
  if (program.options.json) {
    nlohmann::json keys = nlohmann::json::array();
    for (const auto& key : home.keys().descriptions())
      keys.push_back({{"name", key.name}, {"algorithm", key.algorithm}, {"check", key.check}});
    print_json({{"home", program.options.home.string()}, {"specimen", true}, {"keys", keys}});
    return;
  }
  std::cout << "made " << program.options.home.string() << " with SPECIMEN keys:\n";
  for (const auto& key : home.keys().descriptions())
    std::cout << "  " << key.name << "  " << key.algorithm << "  " << key.check << '\n';
  if (home.config().passphrase_file)
    std::cout << "their passphrase stands in "
              << (program.options.home / *home.config().passphrase_file).string()
              << ": fit for specimen keys alone\n";
}

}  // namespace

void add_init(CLI::App& app, Program& program) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command =
      app.add_subcommand("init", "Make a station's home with specimen keys and an empty ledger");
  command->add_option("--station", options->station, "Name of the station")->capture_default_str();
  command->add_option("--profile", options->profile, "Folder of the card edition")->capture_default_str();
  command->add_option("--reader", options->readers, "PC/SC reader of a writer; may be given again")
      ->capture_default_str();
  command
      ->add_option("--parameters", options->parameters,
                   "EC parameters in certificates: explicit (ICAO 9303-12) or named")
      ->check(CLI::IsMember({"explicit", "named"}))
      ->capture_default_str();
  command->callback([&program, options] { init(program, *options); });
}

}  // namespace perso::station
