// What the operator sees of a running line: a live line per writer on a terminal, plain lines elsewhere, JSON
// lines for machines.
#pragma once

#include <cstdio>
#include <map>
#include <memory>

#include "run/line.hpp"

namespace perso::station {

enum class ConsoleKind { live, plain, json };
/// Live where standard output is a terminal.
ConsoleKind console_kind(bool json);

std::unique_ptr<run::LineObserver> make_console(ConsoleKind kind, const std::vector<std::string>& writers);

}  // namespace perso::station
