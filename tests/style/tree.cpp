#include "style/tree.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace perso::test {

namespace fs = std::filesystem;

namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where what begins at `start` ends: behind its last character.
std::size_t end_of_literal(std::string_view text, std::size_t start) {
  const char quote = text[start];
  if (start > 0 && text[start - 1] == 'R' && quote == '"') {
    const std::size_t open = text.find('(', start);
    const std::string close = ")" + std::string(text.substr(start + 1, open - start - 1)) + "\"";
    const std::size_t end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
  }
  std::size_t i = start + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

std::size_t end_of(std::string_view text, std::size_t from, std::string_view end) {
  const std::size_t found = text.find(end, from);
  return found == std::string_view::npos ? text.size() : found + end.size();
}

}  // namespace

Tree read_tree(const fs::path& top) {
  static const std::set<std::string> ignored = {".git", ".cache", "build", "perso-home"};
  Tree tree;
  for (fs::recursive_directory_iterator it(top), end; it != end; ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      if (it.depth() == 0 && ignored.contains(name)) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file()) continue;
    std::ifstream in(it->path(), std::ios::binary);
    tree.push_back({it->path().lexically_relative(top).generic_string(),
                    std::string(std::istreambuf_iterator<char>(in), {})});
  }
  std::ranges::sort(tree, {}, &SourceFile::path);
  return tree;
}

std::string code_of(std::string_view text) {
  std::string code(text);
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i + 1;
    const bool separator = text[i] == '\'' && i > 0 && is_word(text[i - 1]);  // of digits: 600'000
    if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      end = end_of(text, i + 2, "*/");
    } else if (text[i] == '"' || (text[i] == '\'' && !separator)) {
      end = end_of_literal(text, i);
    } else {
      i = end;
      continue;
    }
    std::replace_if(
        code.begin() + static_cast<std::ptrdiff_t>(i), code.begin() + static_cast<std::ptrdiff_t>(end),
        [](char c) { return c != '\n'; }, ' ');
    i = end;
  }
  return code;
}

std::vector<Include> includes_of(std::string_view text) {
  constexpr std::string_view directive = "#include ";
  std::vector<Include> includes;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (!line.starts_with(directive)) continue;
    const std::size_t start = directive.size() + 1;
    includes.push_back({line.substr(start, line.find_first_of(">\"", start) - start), number});
  }
  return includes;
}

std::vector<std::size_t> find_word(std::string_view text, std::string_view word) {
  std::vector<std::size_t> places;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word(text[at - 1]) || !is_word(word.front());
    const bool ends = end == text.size() || !is_word(text[end]) || !is_word(word.back());
    if (begins && ends) places.push_back(at);
  }
  return places;
}

std::size_t line_of(std::string_view text, std::size_t place) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, place), '\n'));
}

bool is_cpp(std::string_view path) {
  return path.ends_with(".cpp") || path.ends_with(".hpp");
}

bool is_in(std::string_view path, std::string_view place) {
  return place.ends_with('/') ? path.starts_with(place) : path == place;
}

bool is_in_any(std::string_view path, const std::vector<std::string_view>& places) {
  return std::ranges::any_of(places, [&](std::string_view place) { return is_in(path, place); });
}

std::string layer_of(std::string_view path) {
  if (!is_in(path, "src/")) return "";
  const std::string_view below = path.substr(4);
  const std::size_t slash = below.find('/');
  return slash == std::string_view::npos ? "" : std::string(below.substr(0, slash));
}

}  // namespace perso::test
