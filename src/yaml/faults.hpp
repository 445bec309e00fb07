// The faults of one file, all of them, each with its place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/error.hpp"

namespace perso::yaml {

/// Where a value stands in its file; lines and columns from 1, columns in characters.
struct Place {
  int line = 0, column = 0;
};

/// A value as a message shows it: in quotes, cut where it is long, and on one line.
std::string shown(std::string_view text);

class Faults {
 public:
  /// @param code of the error that they end in: Code::profile_invalid, Code::config_invalid ...
  Faults(std::filesystem::path file, Code code) : file_(std::move(file)), code_(code) {}
  /// @param message "what is wrong; how to mend it"
  void add(Place place, std::string message) { faults_.push_back({place, std::move(message)}); }
  std::size_t count() const { return faults_.size(); }
  /// @throws Error of that code with a line for each fault, in the file's order, at most 50; returns
  /// if there is none
  void raise_if_any() const;

 private:
  struct Fault {
    Place place;
    std::string message;
  };
  std::filesystem::path file_;
  Code code_;
  std::vector<Fault> faults_;
};

}  // namespace perso::yaml
