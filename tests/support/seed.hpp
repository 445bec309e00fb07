// Replaying a seeded test: `test_line --seed=17` runs its draws from that seed alone. A failure prints its
// seed.
#pragma once

#include <cstdint>
#include <optional>

namespace perso::test {

/// What --seed=N on the command line says.
std::optional<std::uint64_t> seed_option();

}  // namespace perso::test
