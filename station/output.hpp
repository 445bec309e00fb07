// Answers for machines: JSON, a line each.
#pragma once

#include <iostream>
#include <nlohmann/json.hpp>

namespace perso::station {

/// One line, at once. Text that is not UTF-8 gets replacement characters in its place.
void print_json(const nlohmann::json& value, std::ostream& out = std::cout);

}  // namespace perso::station
