// What an inspection found, for people and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "inspect/inspect.hpp"

namespace perso::station {

/// Holder, each check with its time, and the verdict last, where the eye ends up.
std::string as_text(const inspect::Report& report);
/// All of it but the bytes of the files.
nlohmann::json as_json(const inspect::Report& report);

}  // namespace perso::station
