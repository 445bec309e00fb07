// A cursor over the tree of a file. Each construct is read as a declaration: take what must be there, find
// what may be there, then finish, which finds the rest unknown. A fault is noted with its place and reading
// goes on with a default, so that one reading finds all faults; what is missing has been reported once and
// says nothing more.
#pragma once

#include <array>
#include <optional>
#include <set>

#include "bytes/bytes.hpp"
#include "yaml/yaml.hpp"

namespace perso::yaml {

/// A name that can stand in a place, and what it means.
template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

class Node {
 public:
  /// `yaml` and `faults` must outlive it.
  Node(const Yaml& yaml, Faults& faults) : yaml_(&yaml), place_(yaml.place), faults_(&faults) {}

  explicit operator bool() const { return yaml_ != nullptr; }
  Place place() const { return place_; }
  bool quoted() const { return yaml_ != nullptr && yaml_->quoted; }
  bool scalar() const { return yaml_ != nullptr && yaml_->kind == Yaml::Kind::scalar; }
  /// Notes a fault here, unless the node is missing.
  void fault(const std::string& message) const;

  // A mapping.
  Node take(std::string_view key);  // a fault where it is missing
  Node find(std::string_view key);  // may be missing
  void finish() const;              // every key that was neither taken nor looked for is a fault
  struct Entry;
  std::vector<Entry> entries() const;  // all of them: a mapping from names of the writer's choice

  std::vector<Node> items() const;  // a list

  /// Every value without quotes in it, at any depth. Keys are none.
  std::vector<std::string> words() const;

  // A scalar. The default is "", the least number or nullopt.
  std::string text() const;                                             // quoted or not, not empty
  std::string quoted_text() const;                                      // in quotes
  std::string name() const;                                             // 1 to 64 of A-Z a-z 0-9 . _ -
  std::string digits(std::size_t count) const;                          // in quotes, exactly so many
  std::size_t number(std::size_t least, std::size_t most) const;        // decimal, unquoted
  bool flag() const;                                                    // true or false
  void only_true(std::string_view key) const;                           // what stands under `key`: true
  std::optional<Bytes> hex(std::size_t least, std::size_t most) const;  // in quotes; sizes in bytes

  /// One of the names in `choices`.
  template <typename T, std::size_t size>
  std::optional<T> choice(const std::array<Choice<T>, size>& choices) const {
    const std::string given = text();
    std::string names;
    for (const auto& [name, value] : choices) {
      if (name == given) return value;
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    if (!given.empty()) fault(shown(given) + " is not known here; use one of " + names);
    return std::nullopt;
  }

 private:
  Node(Place place, Faults& faults) : place_(place), faults_(&faults) {}  // missing
  const std::vector<std::pair<Yaml, Yaml>>& mapping() const;

  const Yaml* yaml_ = nullptr;
  Place place_;
  Faults* faults_;
  std::set<std::string, std::less<>> known_;  // keys taken or looked for
};

struct Node::Entry {
  Node key, value;
};

}  // namespace perso::yaml
