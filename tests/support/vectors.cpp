#include "support/vectors.hpp"

#include <fstream>
#include <stdexcept>

namespace perso::test {

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

const std::string& VectorCase::text(const std::string& key) const {
  const auto found = values.find(key);
  if (found == values.end()) throw std::runtime_error("vector [" + name + "] has no " + key);
  return found->second;
}

Bytes VectorCase::hex(const std::string& key) const {
  return from_hex(text(key));
}

std::vector<VectorCase> load_vectors(const std::string& file) {
  std::ifstream in(std::string(PERSO_SOURCE_DIR) + "/tests/vectors/" + file);
  bool sourced = false;
  std::vector<VectorCase> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      cases.push_back({line.substr(1, line.rfind(']') - 1), {}});
      continue;
    }
    const auto equals = line.find(" =");
    if (equals == std::string::npos) throw std::runtime_error(file + ": not a vector line: " + line);
    const std::string key = line.substr(0, equals);
    // A single blank follows the sign; the rest of the value is kept as it stands, trailing blanks included.
    const std::string value = line.size() > equals + 3 ? line.substr(equals + 3) : "";
    if (cases.empty())
      sourced = sourced || trimmed(key) == "Source";
    else
      cases.back().values.emplace(key, value);
  }
  if (!sourced || cases.empty()) throw std::runtime_error(file + ": no Source line or no case");
  return cases;
}

}  // namespace perso::test
