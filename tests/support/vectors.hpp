// Reads tests/vectors/*.vec: `# comment`, one header line `Source = ...`, blocks `[name]` with `Key = value`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bytes/bytes.hpp"

namespace perso::test {

struct VectorCase {
  std::string name;
  std::map<std::string, std::string> values;
  /// The value as text; fails the test when the key is missing.
  const std::string& text(const std::string& key) const;
  /// The value as bytes.
  Bytes hex(const std::string& key) const;
  bool has(const std::string& key) const { return values.contains(key); }
};

/// All cases of tests/vectors/FILE. Throws when the file has no Source line or no case.
std::vector<VectorCase> load_vectors(const std::string& file);

}  // namespace perso::test
