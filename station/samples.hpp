// Sample cards for `perso vchip`.
#pragma once

#include "program.hpp"
#include "vchip/server.hpp"

namespace perso::station {

/// The table: each sample, and what it must lead to.
void list_samples(const Program& program);

/// Makes the sample afresh in DIR/NAME, and whom to trust in DIR/trust; tells what is printed on the card.
/// Changes `config` so that this card is served as it is meant to behave.
/// @throws Error Code::usage where there is no sample of that name
void prepare_sample(Program& program, const std::string& name, const std::filesystem::path& dir,
                    vchip::ServerConfig& config);

}  // namespace perso::station
