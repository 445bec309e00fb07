// The sources as text: what the rules of the tree are read from.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace perso::test {

struct SourceFile {
  std::string path;  // from the top of the tree, with '/'
  std::string text;
};

using Tree = std::vector<SourceFile>;

/// Every file below `top` but what git keeps or ignores: .git/, .cache/, build/ and perso-home/.
Tree read_tree(const std::filesystem::path& top);

/// C++ without its comments and the contents of its literals. Every line stays where it is.
std::string code_of(std::string_view text);

/// A file that is included: "bytes/error.hpp", "sqlite3.h".
struct Include {
  std::string name;
  std::size_t line = 0;  // from 1
};
std::vector<Include> includes_of(std::string_view text);

/// The places where `word` stands in `text` with no letter, digit or underscore around it.
std::vector<std::size_t> find_word(std::string_view text, std::string_view word);
/// The line of a place, from 1.
std::size_t line_of(std::string_view text, std::size_t place);

/// Whether it is C++ of ours: a .cpp or .hpp.
bool is_cpp(std::string_view path);
/// Whether `path` is `place`, or in it where `place` ends in '/'.
bool is_in(std::string_view path, std::string_view place);
bool is_in_any(std::string_view path, const std::vector<std::string_view>& places);
/// "channel" for src/channel/scp03.cpp; empty outside src.
std::string layer_of(std::string_view path);

}  // namespace perso::test
