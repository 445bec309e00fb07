// Seeds that other targets need too.
#pragma once

#include <fstream>
#include <iterator>

#include "fuzz/target.hpp"

namespace perso::fuzz {

/// @param name "certificate/csca"
inline Bytes seed(const std::string& name) {
  std::ifstream in(std::string(PERSO_SOURCE_DIR) + "/tests/fuzz/corpus/" + name, std::ios::binary);
  hold(in.good(), "a seed that a target is made with is there");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace perso::fuzz
