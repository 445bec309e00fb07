// What `perso doctor` looks at: each look makes findings, none of them throws for what it finds.
#pragma once

#include <functional>

#include "bytes/error.hpp"
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

/// What `look` finds, or the error that it ended in with the command against it.
using CommandAgainst = std::function<std::string(Code)>;
Finding examine(const std::string& what, const std::function<Finding()>& look,
                const CommandAgainst& against = {});

/// The command that mends an error of this code, or finds what there is to mend. `config`: where station.yaml
/// can be read. BACKUP, DIR and FILE stand for what the operator alone knows. Empty where no command helps.
std::string command_against(Code code, const std::filesystem::path& home, const Config* config);
std::string start_stack();
std::string edit_settings(const std::filesystem::path& home);

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
std::vector<Finding> examine_contents(Program& program, Home& home);

}  // namespace perso::station
