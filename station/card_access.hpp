// What opens the card that somebody holds: as it is told on the command line, or found in the station's own
// ledger.
#pragma once

#include "channel/document_keys.hpp"
#include "program.hpp"

namespace perso::station {

/// What is printed on the card, or which card it is.
struct CardOptions {
  std::optional<std::string> access_number;  // "-": standard input
  std::string number, born, expires;         // dates as YYYY-MM-DD
  std::optional<std::string>
      zone;  // a machine readable zone, its lines one after the other; "-": standard input
  std::string order;
};

void add_card_options(CLI::App& command, CardOptions& options);

/// All editions that the station knows: its own, and each that its `replaces` names, in the folder beside it.
/// `further` are folders of profiles.
std::vector<profile::Profile> known_editions(Home& home, const std::vector<std::filesystem::path>& further);

/// From the options; without dates from the ledger: of that order, of the last card with that number, or of
/// the last card that was issued at `writer`. Empty where the ledger knows none.
/// @throws Error Code::usage for what is no zone or date; Code::order_invalid where the ledger has no such
/// order or number any more
channel::AccessData access_data(const CardOptions& options, const std::string& writer, ledger::Ledger& ledger,
                                const std::vector<profile::Profile>& editions);

}  // namespace perso::station
