#include "yaml/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace perso::yaml {

namespace {

/// Places as an editor shows them: yaml-cpp counts bytes.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at < text.size(); ++at)
      if (text[at] == '\n') lines_.push_back(at + 1);
  }

  Place of(const YAML::Mark& mark) {
    const std::size_t line = std::min(static_cast<std::size_t>(std::max(mark.line, 0)), lines_.size() - 1);
    const std::size_t end =
        std::min(lines_[line] + static_cast<std::size_t>(std::max(mark.column, 0)), text_.size());
    // Marks come in the file's order, so that counting goes on from the one before.
    if (line != line_ || end < at_) {
      line_ = line;
      at_ = lines_[line];
      column_ = 1;
    }
    for (; at_ < end; ++at_)
      if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) ++column_;
    return {static_cast<int>(line) + 1, column_};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> lines_{0};  // where each begins
  std::size_t line_ = 0, at_ = 0;
  int column_ = 1;  // of the character at at_
};

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& what) {
  throw YAML::ParserException(mark, what);
}

/// Builds the tree from the parser's events. The events come before the parser goes deeper or copies an
/// alias, so that a limit holds before the work is done.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Places& places, Faults& faults) : places_(places), faults_(faults) {}
  Yaml root() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true))
      refuse(mark, "a second document begins here; keep one document in a file");
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not allowed; write the value out");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    refuse(mark, "anchors (&name) are not allowed; write the value out where it is needed");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(mark, {.place = places_.of(mark)}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    check_tag(mark, tag);
    add(mark, {.kind = Yaml::Kind::scalar, .place = places_.of(mark), .text = text, .quoted = tag == "!"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Yaml::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Yaml::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A list or mapping that has begun and not ended.
  struct Level {
    Yaml node = {};
    std::optional<Yaml> key = {};  // of the entry whose value comes next
    std::set<std::string> keys = {};
  };

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags (!name) are not allowed; leave it out");
  }

  bool key_comes_next() const {
    return !levels_.empty() && levels_.back().node.kind == Yaml::Kind::mapping && !levels_.back().key;
  }

  void open(const YAML::Mark& mark, const std::string& tag, Yaml::Kind kind) {
    check_tag(mark, tag);
    if (key_comes_next()) refuse(mark, "a list or mapping cannot be a key; use plain text");
    if (levels_.size() == max_yaml_depth)
      refuse(mark, "nested deeper than " + std::to_string(max_yaml_depth) +
                       " levels; no file of a station needs that");
    levels_.push_back({.node = {.kind = kind, .place = places_.of(mark)}});
  }

  void close() {
    Yaml done = std::move(levels_.back().node);
    levels_.pop_back();
    attach(std::move(done));
  }

  void add(const YAML::Mark& mark, Yaml node) {
    if (!key_comes_next()) return attach(std::move(node));
    if (node.kind != Yaml::Kind::scalar) refuse(mark, "a key is missing before the colon; write it");
    if (node.text == "<<") refuse(mark, "merge keys (<<) are not allowed; write the entries out");
    Level& level = levels_.back();
    if (!level.keys.insert(node.text).second)
      faults_.add(node.place,
                  "key " + shown(node.text) + " stands twice in this mapping; remove one of the two");
    level.key = std::move(node);
  }

  void attach(Yaml node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      if (root_.kind == Yaml::Kind::nothing) root_.place = start;  // its own is behind the comments
    } else if (Level& level = levels_.back(); level.node.kind == Yaml::Kind::list) {
      level.node.items.push_back(std::move(node));
    } else {
      if (node.kind == Yaml::Kind::nothing) node.place = level.key->place;  // its own is the next line
      level.node.entries.emplace_back(std::move(*level.key), std::move(node));
      level.key.reset();
    }
  }

  Places& places_;
  Faults& faults_;
  static constexpr Place start{1, 1};

  bool started_ = false;
  Yaml root_ = {.place = start};
  std::vector<Level> levels_;
};

/// Bytes of the UTF-8 character that `text` begins with; 0 where it is none: cut, longer than it has to be, a
/// surrogate, or above U+10FFFF.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at)
    if ((byte(at) & 0xC0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool good = byte(0) == 0xE0   ? second >= 0xA0
                    : byte(0) == 0xED ? second < 0xA0
                    : byte(0) == 0xF0 ? second >= 0x90
                    : byte(0) == 0xF4 ? second < 0x90
                                      : true;
  return good ? size : 0;
}

/// Notes the first byte that is no text: outside of UTF-8, or a control character other than tab and line
/// ends, of which yaml-cpp takes some for the end of the file.
bool is_text(std::string_view text, Faults& faults) {
  Place place{1, 1};
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t size = character_size(text.substr(at));
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (size == 0 || (control && c != '\n' && c != '\r' && c != '\t')) {
      faults.add(place, std::string(size == 0 ? "this is not UTF-8" : "a control character stands here") +
                            "; save the file as UTF-8 text");
      return false;
    }
    at += size;
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
  }
  return true;
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(max_yaml_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) throw Error(Code::malformed, file.string() + ": cannot be read; look at its disk");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::optional<Yaml> read_yaml(std::string_view text, Faults& faults) {
  if (text.size() > max_yaml_bytes) {
    faults.add({1, 1},
               "larger than " + std::to_string(max_yaml_bytes) + " bytes; no file of a station needs that");
    return std::nullopt;
  }
  if (!is_text(text, faults)) return std::nullopt;
  Places places(text);
  try {
    std::istringstream input{std::string(text)};
    YAML::Parser parser(input);
    Builder builder(places, faults);
    while (parser.HandleNextDocument(builder)) {
    }
    return std::move(builder).root();
  } catch (const YAML::Exception& exception) {
    const bool ours = exception.msg.find(';') != std::string::npos;
    faults.add(places.of(exception.mark),
               exception.msg + (ours ? "" : "; mend the YAML here or just before"));
    return std::nullopt;
  }
}

}  // namespace perso::yaml
