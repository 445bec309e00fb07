#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <charconv>
#include <string_view>

#include "support/seed.hpp"

namespace {

std::optional<std::uint64_t> given_seed;

void read_seed(std::string_view argument) {
  constexpr std::string_view option = "--seed=";
  if (!argument.starts_with(option)) return;
  argument.remove_prefix(option.size());
  std::uint64_t seed = 0;
  if (std::from_chars(argument.data(), argument.data() + argument.size(), seed).ec == std::errc())
    given_seed = seed;
}

}  // namespace

std::optional<std::uint64_t> perso::test::seed_option() {
  return given_seed;
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) read_seed(argv[i]);
  return doctest::Context(argc, argv).run();
}
