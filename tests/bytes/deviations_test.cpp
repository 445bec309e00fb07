#include "bytes/deviations.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"

using namespace perso;

TEST_CASE("where nothing is tolerated, what was found becomes the error") {
  NoDeviations strict;
  try {
    strict.found("a length is not the shortest");
    FAIL("tolerated");
  } catch (const Error& error) {
    CHECK(error.code() == Code::malformed);
    CHECK(error.message() == "a length is not the shortest");
  }
}
