// The benchmark's one table: what was measured, what it is held against in the same run, and whether that
// keeps its limit.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace perso::bench {

/// A value as it is printed: "2.41 ms", "143 commands".
struct Figure {
  double value = 0;
  std::string unit;
  int decimals = 0;
};

class Table {
 public:
  /// measured / reference is at most `limit`.
  void at_most_times(const std::string& what, Figure measured, Figure reference, double limit);
  /// measured / reference is at least `limit`.
  void at_least_times(const std::string& what, Figure measured, Figure reference, double limit);
  /// At most, for a reference that nothing can go below: less than it is a defect of the reference.
  void at_most_times_floor(const std::string& what, Figure measured, Figure floor, double limit);
  /// measured is at most `limit` more than a reference that nothing can go below.
  void at_most_more_than_floor(const std::string& what, Figure measured, Figure floor, double limit);
  /// measured is at most `limit`, which is the reference itself.
  void at_most(const std::string& what, Figure measured, Figure limit);
  /// Told without a limit.
  void told(const std::string& what, Figure measured);
  /// Could not be measured: no limit is known to be kept.
  void missing(const std::string& what, const std::string& why);

  void print(std::ostream& out) const;
  bool all_kept() const;

 private:
  struct Row {
    std::string what, measured, reference, ratio, limit;
    bool kept = true;
  };
  std::vector<Row> rows_;
};

}  // namespace perso::bench
