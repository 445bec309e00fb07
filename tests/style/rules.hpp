// The rules of the tree. Each reads the sources and returns its complaints, "path:line: what is wrong".
#pragma once

#include <string>
#include <vector>

#include "style/tree.hpp"

namespace perso::test {

using Complaints = std::vector<std::string>;

/// Secret::expose is called only where keys are computed with, and in the few places that are named.
Complaints secrets_stay_closed(const Tree& tree);

/// A third-party library is included in one layer only.
Complaints libraries_have_one_home(const Tree& tree);

/// A layer links only what stands above it in the list of src/CMakeLists.txt, and includes only what it
/// links. The virtual chip shares nothing with the terminal's side, so that an error cannot cancel out.
Complaints layers_look_up(const Tree& tree);

/// Time, chance and the environment come in through interfaces.
Complaints world_comes_in_from_outside(const Tree& tree);

/// Every code of bytes/error.hpp is raised.
Complaints codes_are_raised(const Tree& tree);

/// At most 450 lines a file of C++.
Complaints files_stay_short(const Tree& tree);

/// No private key in PEM form, in any file.
Complaints keys_stay_out(const Tree& tree);

}  // namespace perso::test
