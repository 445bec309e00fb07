#include "home.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "bytes/error.hpp"
#include "config.hpp"
#include "files.hpp"

namespace perso::station {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_passphrase = 1024;
constexpr std::size_t generated_passphrase_bytes = 16;

Secret read_passphrase_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes bytes(max_passphrase + 1);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  const auto read = static_cast<std::size_t>(in.gcount());
  // One line end may stand behind the passphrase; resizing keeps the buffer, so nothing is left behind
  // unwiped.
  std::size_t size = read;
  if (size > 0 && bytes[size - 1] == '\n') --size;
  Secret whole(std::move(bytes));
  if (in.bad() || read == 0 || read > max_passphrase)
    throw Error(Code::keys_locked, "cannot read a passphrase of 1 to 1,024 bytes from " + file.string());
  return Secret::copy_of(whole.expose().first(size));
}

/// Where a passphrase comes from: the option, the environment, the file that station.yaml names.
std::optional<Secret> find_passphrase(const Options& options, const Config& config) {
  if (options.passphrase_file) return read_passphrase_file(*options.passphrase_file);
  if (const char* given = std::getenv("PERSO_PASSPHRASE")) return Secret::copy_of(as_bytes(given));
  if (config.passphrase_file) return read_passphrase_file(options.home / *config.passphrase_file);
  return std::nullopt;
}

Secret make_passphrase(const fs::path& file, Random& random) {
  Bytes bytes(generated_passphrase_bytes);
  random.fill(bytes);
  std::string text = to_hex(bytes);
  write_private_file(file, as_bytes(text));
  Secret passphrase = Secret::copy_of(as_bytes(text));
  wipe(bytes);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return passphrase;
}

}  // namespace

void Home::make(const Options& options, const Config& config, crypto::EcParameters parameters, Clock& clock,
                Random& random) {
  // "home/" is the same folder, but what is put behind that name would be inside.
  fs::path home = options.home.lexically_normal();
  if (!home.has_filename()) home = home.parent_path();
  if (fs::exists(home))
    throw Error(Code::config_invalid,
                home.string() + " exists: name another home, or remove this one if it is not needed");
  const fs::path building = home.string() + ".building";
  if (fs::exists(building))
    throw Error(Code::config_invalid, building.string() +
                                          " stands in the way, as an init leaves it that was cut off: look "
                                          "into it, and remove it if it is not needed");
  if (home.has_parent_path()) fs::create_directories(home.parent_path());
  if (::mkdir(building.c_str(), 0700) != 0)
    throw Error(Code::config_invalid,
                "cannot make " + building.string() + ": look at the disk and its permissions");
  try {
    Config written = config;
    auto passphrase = find_passphrase(options, {});
    if (!passphrase) {
      written.passphrase_file = "passphrase";
      passphrase = make_passphrase(building / *written.passphrase_file, random);
    }
    keys::KeySet::make_specimen(building / "keys", *passphrase, parameters, clock.now(), random);
    const auto keys = keys::KeySet::open(building / "keys", *passphrase, random);
    ledger::Ledger::create(building, keys.ledger(), clock, {options.actor, "init"});
    write_private_file(building / "station.yaml", as_bytes(to_yaml(written)));
    read_config(building / "station.yaml");  // what init writes, every other command can read
    fs::rename(building, home);
  } catch (...) {
    fs::remove_all(building);
    throw;
  }
}

Home::Home(const Options& options, Clock& clock, Random& random)
    : options_(options),
      clock_(clock),
      random_(random),
      config_(read_config(options.home / "station.yaml")) {}

const keys::KeySet& Home::keys() {
  if (!keys_) {
    const auto passphrase = find_passphrase(options_, config_);
    if (!passphrase)
      throw Error(Code::keys_locked, "no passphrase: set PERSO_PASSPHRASE, or give --passphrase-file FILE");
    keys_.emplace(keys::KeySet::open(options_.home / "keys", *passphrase, random_));
  }
  return *keys_;
}

const profile::Profile& Home::profile() {
  if (!profile_) profile_ = profile::load(config_.profile);
  return *profile_;
}

std::unique_ptr<ledger::Ledger> Home::open_ledger(const std::string& command) {
  return ledger::Ledger::open(options_.home, keys().ledger(), clock_, {options_.actor, command});
}

}  // namespace perso::station
