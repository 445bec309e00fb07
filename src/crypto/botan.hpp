// What the files of this layer share of Botan. Not for other layers.
#pragma once

#include <botan/exceptn.h>
#include <botan/rng.h>

#include <string>

#include "bytes/clock.hpp"
#include "bytes/error.hpp"
#include "crypto/primitives.hpp"

namespace perso::crypto::detail {

/// The one place where an operation that failed becomes an Error.
[[noreturn]] void refuse(const std::string& what);

/// Runs a computation and turns the library's exceptions into Code::crypto_failed. `what` names the
/// operation; the library's own text is left out, as it may quote its input.
template <typename Operation>
auto guarded(const char* what, Operation&& operation) {
  try {
    return operation();
  } catch (const Botan::Exception&) {
    refuse(what);
  }
}

/// The name of a hash as Botan spells it: "SHA-256".
const char* name_of(Hash hash);

/// A perso::Random as Botan wants to see one. `source` must outlive it.
class RandomAdapter final : public Botan::RandomNumberGenerator {
 public:
  explicit RandomAdapter(Random& source) : source_(source) {}
  void randomize(std::uint8_t out[], std::size_t size) override { source_.fill({out, size}); }
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  bool is_seeded() const override { return true; }
  void clear() override {}
  std::string name() const override { return "perso::Random"; }

 private:
  Random& source_;
};

}  // namespace perso::crypto::detail
