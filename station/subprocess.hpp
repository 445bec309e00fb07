// Other programs, asked a question: run to their end, without a shell.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace perso::station {

struct Ended {
  int exit_code = 0;
  std::string output;  // standard output, its first 64 KiB
};

/// Runs a program with nothing on standard input, its error output dropped, and this process's environment
/// without the passphrase. `arguments[0]` is a path, or looked for in PATH and the system's sbin folders.
/// @return nullopt where there is no such program, where it was ended by a signal, or by this function after
/// `patience`
std::optional<Ended> ask_program(const std::vector<std::string>& arguments,
                                 std::chrono::milliseconds patience);

}  // namespace perso::station
