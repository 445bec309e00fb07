// What every fuzz target shares. A target reads one input, lets nothing but perso::Error out of the product,
// and holds the product to what it promises of whatever it accepts.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "bytes/bytes.hpp"
#include "bytes/error.hpp"

/// libFuzzer's entry; the replay program's too. @return 0
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace perso::fuzz {

/// Ends the program, which is a find, where a promise is not kept.
inline void hold(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "not kept: %s\n", promise);
  std::abort();
}

/// Whether `action` took its input; an Error says that it did not. Whatever else is thrown passes through,
/// and ends the program.
template <typename Action>
bool accepted(const Action& action) {
  try {
    action();
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace perso::fuzz
