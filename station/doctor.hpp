// What `perso doctor` looks at: each look makes findings, none of them throws for what it finds.
#pragma once

#include <functional>

#include "program.hpp"

namespace perso::station {

enum class Health {
  good,
  advice,  // works, and could be better
  wrong,
};

struct Finding {
  std::string what;
  Health health = Health::good;
  std::string detail;  // what was found, and how to mend it
  std::string mend;    // the command that mends it, where there is one
};

Finding good(std::string detail);
Finding advice(std::string detail, std::string mend = {});
Finding wrong(std::string detail, std::string mend = {});

/// A path as a word of a command.
std::string quoted(const std::filesystem::path& path);

/// What `look` finds, or the error that it ended in.
Finding examine(const std::string& what, const std::function<Finding()>& look);

/// pcscd, its version, polkit, the ports of virtual readers, fonts.
std::vector<Finding> examine_machine();

/// Each reader that pcscd knows, and each writer of the station, if there is one. Under the home's lock:
/// where a line is at work they are left alone.
std::vector<Finding> examine_readers(const Program& program, const Config* config);

/// Prints the largest command data field that the reader takes, where its driver says it. For
/// examine_readers, in a process of its own: the stack's calls have no deadline.
void print_reader_limit(const std::string& reader);

/// The home's folder: that it is there, and nobody else's; the room on its disk.
std::vector<Finding> examine_folder(const std::filesystem::path& home);

/// Profile, the profiles beside it, keys, signers, ledger.
std::vector<Finding> examine_contents(Home& home, Clock& clock);

}  // namespace perso::station
