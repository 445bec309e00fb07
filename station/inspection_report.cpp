#include "inspection_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace perso::station {

namespace {

using Result = inspect::Check::Result;

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

std::string_view mark_of(Result result) {
  if (result == Result::passed) return "ok";
  return result == Result::failed ? "NO" : "--";
}

std::string_view word_of(Result result) {
  if (result == Result::passed) return "passed";
  return result == Result::failed ? "failed" : "not possible";
}

std::string line_of(const inspect::Check& check) {
  return fmt::format("  [{}] {:6.1f} ms  {}{}{}\n", mark_of(check.result), milliseconds(check.took),
                     check.name, check.detail.empty() ? "" : ": ", check.detail);
}

}  // namespace

std::string as_text(const inspect::Report& report) {
  std::string text;
  for (const auto& [field, value] : report.holder) text += fmt::format("  {:<18} {}\n", field, value);
  for (const inspect::Check& check : report.checks) text += line_of(check);
  for (const std::string& deviation : report.tolerated) text += "  tolerated: " + deviation + '\n';
  if (report.interrupted)
    text += fmt::format("  the card stopped answering: {}\n", report.interrupted->what());
  text += fmt::format(
      "edition {}, opened {}, in {:.0f} ms\n", report.edition.empty() ? "not known" : report.edition,
      report.access.empty() ? "by nothing" : "by " + report.access, milliseconds(report.took));
  text += fmt::format("{}, {}\n", inspect::name_of(report.verdict), inspect::name_of(report.trust));
  return text;
}

nlohmann::json as_json(const inspect::Report& report) {
  nlohmann::json checks = nlohmann::json::array(), files = nlohmann::json::array();
  for (const inspect::Check& check : report.checks) {
    nlohmann::json entry{{"name", check.name},
                         {"result", word_of(check.result)},
                         {"detail", check.detail},
                         {"ms", milliseconds(check.took)}};
    if (check.result == Result::failed) entry["means"] = inspect::name_of(check.means);
    checks.push_back(std::move(entry));
  }
  for (const inspect::ReadFile& file : report.files)
    files.push_back(
        {{"application", file.application}, {"name", file.name}, {"bytes", file.contents.size()}});
  return {{"verdict", inspect::name_of(report.verdict)},
          {"trust", inspect::name_of(report.trust)},
          {"edition", report.edition},
          {"access", report.access},
          {"number", report.number},
          {"holder", report.holder},
          {"portrait_hex", to_hex(report.portrait)},
          {"checks", checks},
          {"files", files},
          {"tolerated", report.tolerated},
          {"interrupted", report.interrupted ? report.interrupted->what() : ""},
          {"ms", milliseconds(report.took)}};
}

}  // namespace perso::station
