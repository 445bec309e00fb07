// station.yaml as text.
#pragma once

#include <string>

#include "home.hpp"

namespace perso::station {

/// The file that `perso init` writes, with a word on each setting.
std::string to_yaml(const Config& config);

}  // namespace perso::station
