// Formats with two readers, a strict and a tolerant one, and how they have to agree.
#pragma once

#include <algorithm>
#include <optional>

#include "bytes/deviations.hpp"
#include "fuzz/target.hpp"

namespace perso::fuzz {

/// Tolerates everything.
class Tolerant final : public Deviations {
 public:
  void found(const std::string& what) override {
    hold(!what.empty(), "a deviation is told");
    told = true;
  }
  bool told = false;
};

/// What `read` makes of its input; nullopt where that is malformed. Any other error ends the program, which
/// is a find.
template <typename Read>
auto well_formed(const Read& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error& error) {
    hold(error.code() == Code::malformed, "what cannot be read is malformed, and nothing else");
    return std::nullopt;
  }
}

template <typename Value>
struct Readings {
  std::optional<Value> tolerant, strict;
};

/// Both readers, of which the strict one takes what the tolerant one has nothing to tell of, and no more.
/// @param read of Deviations&
template <typename Read>
auto read_twice(const Read& read) {
  using Value = decltype(read(std::declval<Deviations&>()));
  Tolerant tolerant;
  NoDeviations strict;
  Readings<Value> out{well_formed([&] { return read(tolerant); }), well_formed([&] { return read(strict); })};
  hold(out.strict.has_value() == (out.tolerant.has_value() && !tolerant.told),
       "the strict reader takes what does not deviate, and nothing else");
  return out;
}

}  // namespace perso::fuzz
