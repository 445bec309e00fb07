// Options of a test's own on its command line, for runs beyond what every build does.
#pragma once

#include <fstream>
#include <optional>
#include <string>

namespace perso::test {

/// What stands behind `option` in one of the arguments: "1000" for --sessions=1000 and "--sessions=". nullopt
/// where none begins so.
inline std::optional<std::string> option(const std::string& option) {
  std::ifstream arguments("/proc/self/cmdline");
  for (std::string argument; std::getline(arguments, argument, '\0');)
    if (argument.starts_with(option)) return argument.substr(option.size());
  return std::nullopt;
}

/// Of --sessions=N.
inline std::size_t sessions_option(std::size_t otherwise) {
  const auto given = option("--sessions=");
  return given ? std::stoul(*given) : otherwise;
}

}  // namespace perso::test
