#include "style/rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

namespace perso::test {

namespace {

constexpr std::size_t max_lines = 450;

void complain(Complaints& complaints, const SourceFile& file, std::size_t line, const std::string& what) {
  complaints.push_back(file.path + ":" + std::to_string(line) + ": " + what);
}

bool is_product(const SourceFile& file) {
  return is_cpp(file.path) && is_in_any(file.path, {"src/", "station/"});
}

/// What src/CMakeLists.txt and the layers' own say: the layers from top to bottom, and the links of each.
struct Layers {
  struct Links {
    std::set<std::string> open, closed;  // LINKS, PRIVATE_LINKS; layers alone
  };
  std::vector<std::string> order;
  std::map<std::string, Links> links;

  /// The layers that come in with the open links of `layer`.
  std::set<std::string> brought_by(const std::string& layer) const {
    std::set<std::string> all;
    const auto own = links.find(layer);
    if (own == links.end()) return all;
    for (const std::string& link : own->second.open) {
      all.insert(link);
      all.merge(brought_by(link));
    }
    return all;
  }
  std::set<std::string> reached_by(const std::string& layer) const {
    std::set<std::string> all = brought_by(layer);
    const auto own = links.find(layer);
    if (own == links.end()) return all;
    for (const std::string& link : own->second.closed) {
      all.insert(link);
      all.merge(brought_by(link));
    }
    return all;
  }
};

/// The words between `from` and the next ')'.
std::vector<std::string> words_after(std::string_view text, std::string_view from) {
  const std::size_t at = text.find(from);
  if (at == std::string_view::npos) return {};
  const std::size_t start = at + from.size();
  std::istringstream words{std::string(text.substr(start, text.find(')', start) - start))};
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  return all;
}

Layers read_layers(const Tree& tree) {
  constexpr std::string_view prefix = "perso_";
  Layers layers;
  for (const SourceFile& file : tree) {
    if (file.path == "src/CMakeLists.txt") layers.order = words_after(file.text, "foreach(layer IN ITEMS ");
    const std::string layer = layer_of(file.path);
    if (file.path != "src/" + layer + "/CMakeLists.txt") continue;
    bool closed = false;
    for (const std::string& word : words_after(file.text, "perso_layer(" + layer)) {
      if (word == "LINKS" || word == "PRIVATE_LINKS") closed = word == "PRIVATE_LINKS";
      if (!word.starts_with(prefix)) continue;
      Layers::Links& links = layers.links[layer];
      (closed ? links.closed : links.open).insert(word.substr(prefix.size()));
    }
  }
  return layers;
}

/// The names of the enumerators of `enum class Code`.
std::vector<std::string> codes_in(const std::string& header) {
  const std::string code = code_of(header);
  const std::size_t open = code.find('{', code.find("enum class Code"));
  if (open == std::string::npos) return {};
  std::string names = code.substr(open + 1, code.find('}', open) - open - 1);
  std::ranges::replace(names, ',', ' ');
  std::istringstream words(names);
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  return all;
}

/// Whether the code that stands at `place` is given, and not only compared with.
bool is_given(std::string_view text, std::size_t place) {
  const std::string_view before = text.substr(0, place);
  return !before.ends_with("== ") && !before.ends_with("!= ") && !before.ends_with("case ");
}

}  // namespace

Complaints secrets_stay_closed(const Tree& tree) {
  static const std::vector<std::string_view> open = {
      "src/bytes/",
      "src/crypto/",
      "src/keys/",
      "src/channel/",
      "src/vchip/",
      "src/chip/key_objects.cpp",  // a key that the station made for the chip, which takes it in clear
      "src/ledger/orders.cpp",     // an EF.SOD digest, which a batch's result gives out
      "src/plan/order.cpp",        // an order's holder data, which the plan is made from
      "station/home.cpp",          // the passphrase as it came from its file, without the line's end
  };
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (!is_product(file) || is_in_any(file.path, open)) continue;
    const std::string code = code_of(file.text);
    for (const std::size_t place : find_word(code, "expose"))
      complain(complaints, file, line_of(code, place),
               "a secret is exposed outside of crypto, keys, channel and vchip");
  }
  return complaints;
}

Complaints libraries_have_one_home(const Tree& tree) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> homes = {{
      {"botan/", "src/crypto/"},
      {"winscard.h", "src/pcsc/"},
      {"PCSC/", "src/pcsc/"},
      {"sqlite3.h", "src/ledger/"},
      {"yaml-cpp/", "src/yaml/"},
      {"csv.h", "src/plan/"},
      {"turbojpeg.h", "src/identity/"},
      {"CLI/", "station/"},
  }};
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (!is_product(file)) continue;
    for (const auto& [name, line] : includes_of(file.text))
      for (const auto& [library, home] : homes)
        if (is_in(name, library) && !is_in(file.path, home))
          complain(complaints, file, line, name + " belongs to " + std::string(home) + " alone");
  }
  return complaints;
}

Complaints layers_look_up(const Tree& tree) {
  static const std::set<std::string> terminal_side = {"channel", "chip",    "lds", "plan",
                                                      "keys",    "inspect", "run", "profile"};
  const Layers layers = read_layers(tree);
  Complaints complaints;
  if (layers.order.empty()) complaints.emplace_back("src/CMakeLists.txt:1: it lists no layers");
  for (const auto& [layer, links] : layers.links) {
    const auto own = std::ranges::find(layers.order, layer);
    for (const std::set<std::string>& kind : {links.open, links.closed})
      for (const std::string& link : kind)
        if (std::find(layers.order.begin(), own, link) == own)
          complaints.push_back("src/" + layer + "/CMakeLists.txt:1: " + link + " does not stand above it");
  }
  for (const SourceFile& file : tree) {
    const std::string layer = layer_of(file.path);
    if (layer.empty() || !is_cpp(file.path)) continue;
    const std::set<std::string> reached = layers.reached_by(layer);
    for (const auto& [name, line] : includes_of(file.text)) {
      const std::string other = layer_of("src/" + name);
      if (other == layer || std::ranges::find(layers.order, other) == layers.order.end()) continue;
      if (!reached.contains(other)) complain(complaints, file, line, layer + " does not link " + other);
      if (layer == "vchip" && terminal_side.contains(other))
        complain(complaints, file, line, "the virtual chip shares nothing with " + other);
    }
  }
  return complaints;
}

Complaints world_comes_in_from_outside(const Tree& tree) {
  static constexpr std::array<std::string_view, 11> words = {"system_clock::now",
                                                             "steady_clock::now",
                                                             "high_resolution_clock",
                                                             "random_device",
                                                             "rand",
                                                             "srand",
                                                             "getenv",
                                                             "sleep_for",
                                                             "sleep_until",
                                                             "usleep",
                                                             "nanosleep"};
  static const std::vector<std::string_view> adapters = {"src/pcsc/", "src/vchip/"};
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (!is_cpp(file.path) || !is_in(file.path, "src/") || is_in_any(file.path, adapters)) continue;
    const std::string code = code_of(file.text);
    for (const std::string_view word : words)
      for (const std::size_t place : find_word(code, word))
        complain(complaints, file, line_of(code, place), std::string(word) + " belongs behind an interface");
  }
  return complaints;
}

Complaints codes_are_raised(const Tree& tree) {
  Complaints complaints;
  const auto header = std::ranges::find(tree, "src/bytes/error.hpp", &SourceFile::path);
  const std::vector<std::string> codes =
      header == tree.end() ? std::vector<std::string>() : codes_in(header->text);
  if (codes.empty()) complaints.emplace_back("src/bytes/error.hpp:1: it names no codes");
  std::set<std::string> raised;
  for (const SourceFile& file : tree) {
    if (!is_product(file) || file.path == "src/bytes/error.cpp") continue;
    const std::string text = code_of(file.text);
    for (const std::string& code : codes)
      for (const std::size_t place : find_word(text, "Code::" + code))
        if (is_given(text, place)) raised.insert(code);
  }
  for (const std::string& code : codes)
    if (!raised.contains(code)) complaints.push_back("src/bytes/error.hpp:1: nothing raises " + code);
  return complaints;
}

Complaints files_stay_short(const Tree& tree) {
  Complaints complaints;
  for (const SourceFile& file : tree) {
    if (!is_cpp(file.path)) continue;
    const auto lines = static_cast<std::size_t>(std::ranges::count(file.text, '\n'));
    if (lines > max_lines)
      complain(complaints, file, lines, "longer than " + std::to_string(max_lines) + " lines");
  }
  return complaints;
}

Complaints keys_stay_out(const Tree& tree) {
  static const std::string dashes = "-----", end = "PRIVATE KEY" + dashes, label = "BEGIN ";
  const auto in_label = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' '; };
  Complaints complaints;
  for (const SourceFile& file : tree) {
    const std::string_view text = file.text;
    for (std::size_t at = text.find(end); at != std::string_view::npos; at = text.find(end, at + 1)) {
      std::size_t start = at;
      while (start > 0 && in_label(text[start - 1])) --start;
      if (text.substr(start).starts_with(label) && text.substr(0, start).ends_with(dashes))
        complain(complaints, file, line_of(text, at), "a private key stands here");
    }
  }
  return complaints;
}

}  // namespace perso::test
