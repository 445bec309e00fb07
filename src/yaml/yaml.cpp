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

Place place_of(const YAML::Mark& mark) {
  return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& what) {
  throw YAML::ParserException(mark, what);
}

/// Builds the tree from the parser's events. The events come before the parser goes deeper or copies an
/// alias, so that a limit holds before the work is done.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(Faults& faults) : faults_(faults) {}
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
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(mark, {.place = place_of(mark)}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    check_tag(mark, tag);
    add(mark, {.kind = Yaml::Kind::scalar, .place = place_of(mark), .text = text, .quoted = tag == "!"});
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
    levels_.push_back({.node = {.kind = kind, .place = place_of(mark)}});
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
                  "key \"" + node.text + "\" stands twice in this mapping; remove one of the two");
    level.key = std::move(node);
  }

  void attach(Yaml node) {
    if (levels_.empty()) {
      root_ = std::move(node);
    } else if (Level& level = levels_.back(); level.node.kind == Yaml::Kind::list) {
      level.node.items.push_back(std::move(node));
    } else {
      if (node.kind == Yaml::Kind::nothing) node.place = level.key->place;  // its own is the next line
      level.node.entries.emplace_back(std::move(*level.key), std::move(node));
      level.key.reset();
    }
  }

  Faults& faults_;
  bool started_ = false;
  Yaml root_;
  std::vector<Level> levels_;
};

/// The place of the first control character other than tab and line ends: yaml-cpp takes some of them for the
/// end of the file.
std::optional<Place> control_character(std::string_view text) {
  Place place{1, 1};
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (control && c != '\n' && c != '\r' && c != '\t') return place;
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
  }
  return std::nullopt;
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
  if (const auto place = control_character(text)) {
    faults.add(*place, "a control character stands here; save the file as UTF-8 text");
    return std::nullopt;
  }
  try {
    std::istringstream input{std::string(text)};
    YAML::Parser parser(input);
    Builder builder(faults);
    while (parser.HandleNextDocument(builder)) {
    }
    return std::move(builder).root();
  } catch (const YAML::Exception& exception) {
    const bool ours = exception.msg.find(';') != std::string::npos;
    faults.add(place_of(exception.mark), exception.msg + (ours ? "" : "; mend the YAML here or just before"));
    return std::nullopt;
  }
}

}  // namespace perso::yaml
