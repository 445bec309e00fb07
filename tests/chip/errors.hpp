// What an action was refused with.
#pragma once

#include <doctest/doctest.h>

#include "bytes/error.hpp"

namespace perso::test {

template <typename Action>
Error error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  throw std::logic_error("unreachable");
}

}  // namespace perso::test
