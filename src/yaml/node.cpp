#include "yaml/node.hpp"

#include <algorithm>
#include <charconv>

#include "bytes/error.hpp"

namespace perso::yaml {

namespace {

std::string range(std::size_t least, std::size_t most) {
  return std::to_string(least) + (least == most ? "" : " to " + std::to_string(most));
}

void collect_words(const Yaml& yaml, std::vector<std::string>& words) {
  if (yaml.kind == Yaml::Kind::scalar && !yaml.quoted) words.push_back(yaml.text);
  for (const Yaml& item : yaml.items) collect_words(item, words);
  for (const auto& [key, value] : yaml.entries) collect_words(value, words);
}

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

}  // namespace

void Node::fault(const std::string& message) const {
  if (yaml_ != nullptr) faults_->add(place_, message);
}

const std::vector<std::pair<Yaml, Yaml>>& Node::mapping() const {
  static const std::vector<std::pair<Yaml, Yaml>> none;
  if (yaml_ == nullptr) return none;
  if (yaml_->kind != Yaml::Kind::mapping) return none;
  return yaml_->entries;
}

Node Node::find(std::string_view key) {
  known_.emplace(key);
  const auto& entries = mapping();
  const auto found =
      std::ranges::find(entries, key, [](const auto& entry) -> std::string_view { return entry.first.text; });
  return found == entries.end() ? Node(place_, *faults_) : Node(found->second, *faults_);
}

Node Node::take(std::string_view key) {
  const Node found = find(key);
  if (!found && yaml_ != nullptr && yaml_->kind == Yaml::Kind::mapping)
    fault("key \"" + std::string(key) + "\" is missing in this mapping; add it");
  return found;
}

void Node::finish() const {
  if (yaml_ == nullptr) return;
  if (yaml_->kind != Yaml::Kind::mapping) return fault("a mapping (key: value) belongs here; write one");
  std::string names;
  for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
  for (const auto& [key, value] : yaml_->entries)
    if (!known_.contains(key.text))
      faults_->add(key.place, "key " + shown(key.text) + " is unknown; known here are " + names);
}

std::vector<Node::Entry> Node::entries() const {
  if (yaml_ != nullptr && (yaml_->kind != Yaml::Kind::mapping || yaml_->entries.empty()))
    fault("a mapping (name: value) with at least one entry belongs here; write one");
  std::vector<Entry> all;
  for (const auto& [key, value] : mapping()) all.push_back({Node(key, *faults_), Node(value, *faults_)});
  return all;
}

std::vector<Node> Node::items() const {
  std::vector<Node> all;
  if (yaml_ == nullptr) return all;
  if (yaml_->kind != Yaml::Kind::list || yaml_->items.empty())
    fault("a list with at least one item belongs here; write \"- \" before each item, or [ ]");
  for (const Yaml& item : yaml_->items) all.emplace_back(item, *faults_);
  return all;
}

std::vector<std::string> Node::words() const {
  std::vector<std::string> words;
  if (yaml_ != nullptr) collect_words(*yaml_, words);
  return words;
}

std::string Node::text() const {
  if (yaml_ == nullptr) return "";
  if (!scalar() || yaml_->text.empty()) {
    fault("a single value belongs here; write one");
    return "";
  }
  return yaml_->text;
}

std::string Node::quoted_text() const {
  const std::string value = text();
  if (value.empty() || quoted()) return value;
  fault(shown(value) + " must stand in quotes, because YAML reads digits as a number; write " + shown(value));
  return "";
}

std::string Node::name() const {
  const std::string value = text();
  if (value.empty() || is_name(value)) return value;
  fault(shown(value) + " is no name; use 1 to 64 of A-Z a-z 0-9 . _ -");
  return "";
}

std::string Node::digits(std::size_t count) const {
  const std::string value = quoted_text();
  if (value.empty()) return "";
  if (value.size() == count && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; }))
    return value;
  fault(shown(value) + " is not " + std::to_string(count) + " digits; correct it");
  return "";
}

std::size_t Node::number(std::size_t least, std::size_t most) const {
  const std::string value = text();
  if (value.empty()) return 0;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool leading_zero = value.size() > 1 && value.front() == '0';
  const bool whole = error == std::errc() && end == value.data() + value.size() && !leading_zero && !quoted();
  if (whole && number >= least && number <= most) return number;
  fault(shown(value) + " is no whole number of " + range(least, most) +
        "; correct it (no quotes, no leading zero)");
  return least;
}

bool Node::flag() const {
  static constexpr std::array<Choice<bool>, 2> flags{{{"true", true}, {"false", false}}};
  return choice(flags).value_or(false);
}

void Node::only_true(std::string_view key) const {
  if (yaml_ != nullptr && (quoted() || !scalar() || yaml_->text != "true"))
    fault(std::string(key) + " is true or not there; leave it out");
}

std::optional<Bytes> Node::hex(std::size_t least, std::size_t most) const {
  const std::string value = quoted_text();
  if (value.empty()) return std::nullopt;
  try {
    Bytes bytes = from_hex(value);
    if (bytes.size() >= least && bytes.size() <= most) return bytes;
  } catch (const Error&) {
    // Told below, together with the wrong length.
  }
  fault(shown(value) + " is not " + range(least, most) +
        " bytes in hexadecimal; write two digits (0-9 A-F) a byte");
  return std::nullopt;
}

}  // namespace perso::yaml
