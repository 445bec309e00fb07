#include "yaml/faults.hpp"

#include <algorithm>
#include <tuple>

namespace perso::yaml {

namespace {
constexpr std::size_t max_lines = 50;
}

std::string shown(std::string_view text) {
  std::size_t most = 40;
  const auto inside_character = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  while (most < text.size() && most > 0 && inside_character(most)) --most;
  std::string line(text.substr(0, most));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, '?');
  return '"' + line + (text.size() > most ? "...\"" : "\"");
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
