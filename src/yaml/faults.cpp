#include "yaml/faults.hpp"

#include <algorithm>
#include <tuple>

namespace perso::yaml {

namespace {
constexpr std::size_t max_lines = 50;
}

void Faults::raise_if_any() const {
  if (faults_.empty()) return;
  std::vector<Fault> sorted = faults_;
  std::ranges::stable_sort(
      sorted, {}, [](const Fault& fault) { return std::tuple(fault.place.line, fault.place.column); });
  std::string lines;
  for (std::size_t i = 0; i < std::min(sorted.size(), max_lines); ++i) {
    const auto& [place, message] = sorted[i];
    if (i > 0) lines += '\n';
    lines += file_.string() + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + ": " +
             message;
  }
  if (sorted.size() > max_lines) lines += "\nand " + std::to_string(sorted.size() - max_lines) + " more";
  throw Error(code_, lines);
}

}  // namespace perso::yaml
