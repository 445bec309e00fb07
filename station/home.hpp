// The station's home: station.yaml, the key set, the ledger. What stands where, and how it is opened.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keys/key_set.hpp"
#include "ledger/ledger.hpp"
#include "pcsc/writer.hpp"
#include "profile/profile.hpp"
#include "run/line.hpp"

namespace perso::station {

struct WriterConfig {
  std::string name;    // the station's own name for it
  std::string reader;  // PC/SC reader name
};

/// station.yaml, checked.
struct Config {
  std::string station;            // name of this station
  std::filesystem::path profile;  // the edition that it makes
  std::vector<WriterConfig> writers;
  pcsc::Deadlines deadlines;
  std::size_t command_limit = 65535;  // largest command data field that the readers take, 255 to 65,535
  std::size_t failures_in_row = 3;
  int holder_data_days = 30;  // how long after the issue holder data is kept
  std::optional<std::filesystem::path> passphrase_file;
};

/// @throws Error Code::config_invalid, "FILE:LINE:COLUMN: ..." for every fault
Config read_config(const std::filesystem::path& file);

/// What every command is told on the command line.
struct Options {
  std::filesystem::path home;
  std::optional<std::filesystem::path> passphrase_file;
  std::string actor;
  bool json = false;
};

class Home {
 public:
  /// Makes a home: folder (0700), specimen keys, empty ledger, station.yaml. Nothing stays of one that failed
  /// half-way; it is built in HOME.building beside it.
  /// @throws Error Code::config_invalid where one of the two stands already
  static void make(const Options& options, const Config& config, crypto::EcParameters parameters,
                   Clock& clock, Random& random);

  /// Reads station.yaml. @throws Error Code::config_invalid where there is no home
  Home(const Options& options, Clock& clock, Random& random);

  const Config& config() const { return config_; }
  const std::filesystem::path& path() const { return options_.home; }
  const Options& options() const { return options_; }

  /// Opened when first asked for. @throws Error of exit code 5
  const keys::KeySet& keys();
  const profile::Profile& profile();
  /// Opened by each command that needs it, for that command. @throws Error of exit code 6
  std::unique_ptr<ledger::Ledger> open_ledger(const std::string& command);

 private:
  Options options_;
  Clock& clock_;
  Random& random_;
  Config config_;
  std::optional<keys::KeySet> keys_;
  std::optional<profile::Profile> profile_;
};

}  // namespace perso::station
