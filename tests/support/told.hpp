// What a tolerant reader tolerated.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "bytes/deviations.hpp"

namespace perso::test {

class Told final : public Deviations {
 public:
  void found(const std::string& what) override { sentences.push_back(what); }
  bool of(const std::string& text) const {
    return std::ranges::any_of(sentences,
                               [&](const std::string& s) { return s.find(text) != std::string::npos; });
  }

  std::vector<std::string> sentences;
};

}  // namespace perso::test
