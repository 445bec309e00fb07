#include "samples.hpp"

#include <fmt/format.h>

#include <thread>

#include "bytes/error.hpp"
#include "card_access.hpp"
#include "files.hpp"
#include "rehearsal/blank.hpp"
#include "samples/samples.hpp"

namespace perso::station {

namespace {

namespace fs = std::filesystem;

/// EF.CardAccess and PACE, by the fewest commands: it is open, and nothing that a signer says was read.
constexpr std::size_t commands_before_silence = 6;

const samples::Sample& sample_named(const std::string& name) {
  const samples::Sample* sample = samples::find(name);
  if (sample == nullptr)
    throw Error(Code::usage, "there is no sample '" + name + "': 'perso vchip samples' lists them");
  return *sample;
}

const profile::Profile& edition_of(const samples::Sample& sample,
                                   const std::vector<profile::Profile>& editions) {
  for (const profile::Profile& edition : editions)
    if (edition.name == sample.edition) return edition;
  throw Error(Code::config_invalid,
              "the sample is of the edition " + std::string(sample.edition) +
                  ", which this home does not know: make one with 'perso init --profile "
                  "profiles/prc-2023'");
}

/// Authorities and revocation lists of this home, for any inspection system.
void write_trust(const keys::KeySet& keys, const fs::path& folder) {
  make_private_folder(folder);
  std::size_t number = 0;
  for (const crypto::Certificate& anchor : keys.trust_anchors())
    write_private_file(folder / fmt::format("csca-{}.cer", ++number), anchor.der());
  number = 0;
  for (const crypto::Crl& list : keys.revocations())
    write_private_file(folder / fmt::format("csca-{}.crl", ++number), list.der());
}

vchip::Chip blank_for(const profile::Profile& edition, const keys::KeySet& keys, Random& random) {
  vchip::Hardware hardware;
  hardware.memory = static_cast<std::uint32_t>(edition.chip.memory);
  random.fill(std::span(hardware.cplc).subspan(12, 6));  // serial number and batch
  return rehearsal::make_blank(edition, keys, hardware, random);
}

/// The card of an earlier time is replaced.
void put_into_stack(const std::string& name, ByteView memory, const fs::path& folder) {
  const std::string file = name + ".chip";
  for (const char* place : {"slot-0", "out"}) fs::remove(folder / place / file);
  make_private_folder(folder / "stack");
  write_private_file(folder / "stack" / file, memory);
}

void tell(const Program& program, const samples::Sample& sample, const samples::Printed& printed,
          const fs::path& trust) {
  if (program.options.json)
    return print_json({{"sample", sample.name},
                       {"access_number", printed.access.access_number},
                       {"zone", printed.zone},
                       {"trust_folder", trust.string()},
                       {"verdict", inspect::name_of(sample.verdict)},
                       {"trust", inspect::name_of(sample.trust)}});
  constexpr std::size_t line = 30;  // of a TD1 zone
  std::cout << fmt::format("sample {}: {}\n", sample.name, sample.shows);
  if (!printed.access.access_number.empty())
    std::cout << "  card access number   " << printed.access.access_number << '\n';
  for (std::size_t at = 0; at < printed.zone.size(); at += line)
    std::cout << "  " << printed.zone.substr(at, line) << '\n';
  std::cout << fmt::format("  must lead to: {}, {}\n  its authorities are in {}\n",
                           inspect::name_of(sample.verdict), inspect::name_of(sample.trust), trust.string())
            << std::flush;
}

}  // namespace

void list_samples(const Program& program) {
  if (!program.options.json)
    std::cout << fmt::format("{:<20} {:<9} {:<14} {:<9} {}\n", "sample", "edition", "verdict", "trust", "is");
  for (const samples::Sample& sample : samples::all()) {
    if (program.options.json)
      print_json({{"sample", sample.name},
                  {"edition", sample.edition},
                  {"verdict", inspect::name_of(sample.verdict)},
                  {"trust", inspect::name_of(sample.trust)},
                  {"shows", sample.shows}});
    else
      std::cout << fmt::format("{:<20} {:<9} {:<14} {:<9} {}\n", sample.name, sample.edition,
                               inspect::name_of(sample.verdict), inspect::name_of(sample.trust),
                               sample.shows);
  }
}

void prepare_sample(Program& program, const std::string& name, const fs::path& dir,
                    vchip::ServerConfig& config) {
  const samples::Sample& sample = sample_named(name);
  Home home = program.home();
  const std::vector<profile::Profile> editions = known_editions(home, {});
  const profile::Profile& edition = edition_of(sample, editions);
  const Instant now = program.clock.now();
  const plan::Order order = samples::order_of(sample, edition, *program.random, now);

  config.dir = dir / name;
  config.slots = 1;
  config.timing = sample.manner == samples::Manner::slow ? vchip::Timing::slowest() : config.timing;
  if (sample.manner == samples::Manner::stops) config.stalls_after = commands_before_silence;
  const fs::path trust = dir / "trust";
  write_trust(home.keys(), trust / "specimen");
  vchip::Chip chip = blank_for(edition, home.keys(), *program.random);
  const samples::Printed printed =
      samples::make(sample, order, edition, home.keys(), chip, *program.random, now);
  put_into_stack(name, chip.nvm().log(), config.dir);
  tell(program, sample, printed, trust);
}

}  // namespace perso::station
