#include "bench/table.hpp"

#include <fmt/ostream.h>

#include <algorithm>

namespace perso::bench {

namespace {

std::string text_of(const Figure& figure) {
  return fmt::format("{:.{}f} {}", figure.value, figure.decimals, figure.unit);
}

std::string ratio_of(const Figure& measured, const Figure& reference) {
  return fmt::format("{:.3f}", measured.value / reference.value);
}

}  // namespace

void Table::at_most_times(const std::string& what, Figure measured, Figure reference, double limit) {
  rows_.push_back({what, text_of(measured), text_of(reference), ratio_of(measured, reference),
                   fmt::format("<= {} times", limit), measured.value <= limit * reference.value});
}

void Table::at_least_times(const std::string& what, Figure measured, Figure reference, double limit) {
  rows_.push_back({what, text_of(measured), text_of(reference), ratio_of(measured, reference),
                   fmt::format(">= {} times", limit), measured.value >= limit * reference.value});
}

void Table::at_most_times_floor(const std::string& what, Figure measured, Figure floor, double limit) {
  at_most_times(what, measured, floor, limit);
  rows_.back().kept = rows_.back().kept && measured.value >= floor.value;
}

void Table::at_most_more_than_floor(const std::string& what, Figure measured, Figure floor, double limit) {
  const double more = measured.value - floor.value;
  rows_.push_back({what, text_of(measured), text_of(floor), ratio_of(measured, floor),
                   fmt::format("<= +{}", limit), more >= 0 && more <= limit});
}

void Table::at_most(const std::string& what, Figure measured, Figure limit) {
  rows_.push_back({what, text_of(measured), text_of(limit), ratio_of(measured, limit), "<= 1 times",
                   measured.value <= limit.value});
}

void Table::told(const std::string& what, Figure measured) {
  rows_.push_back({what, text_of(measured), "", "", ""});
}

void Table::missing(const std::string& what, const std::string& why) {
  rows_.push_back({what, why, "", "", "", false});
}

void Table::print(std::ostream& out) const {
  const auto width = [this](std::string Row::*column, std::size_t least) {
    for (const Row& row : rows_) least = std::max(least, (row.*column).size());
    return least;
  };
  const std::size_t what = width(&Row::what, 4), measured = width(&Row::measured, 8),
                    reference = width(&Row::reference, 9), limit = width(&Row::limit, 5);
  const auto line = [&](const Row& row, std::string_view verdict) {
    fmt::print(out, "{:<{}}  {:>{}}  {:>{}}  {:>7}  {:<{}}  {}\n", row.what, what, row.measured, measured,
               row.reference, reference, row.ratio, row.limit, limit, verdict);
  };
  line({"what", "measured", "reference", "ratio", "limit"}, "");
  for (const Row& row : rows_) line(row, row.kept ? (row.limit.empty() ? "" : "ok") : "NOT OK");
}

bool Table::all_kept() const {
  return std::all_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.kept; });
}

}  // namespace perso::bench
