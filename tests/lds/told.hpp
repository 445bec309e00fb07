// Deviations that a tolerant reader told of.
#pragma once

#include <string>

#include "bytes/deviations.hpp"

namespace perso::test {

class Told final : public Deviations {
 public:
  void found(const std::string& what) override { all += what + "|"; }
  bool says(const std::string& what) const { return all.find(what) != std::string::npos; }
  std::string all;
};

}  // namespace perso::test
