// perso doctor: is everything there that a line needs, and how is it mended, with the very command.
#include "doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "bytes/error.hpp"

namespace perso::station {

namespace {

void add(std::vector<Finding>& all, std::vector<Finding> more) {
  std::ranges::move(more, std::back_inserter(all));
}

std::vector<Finding> examine_all(Program& program) {
  std::vector<Finding> findings = examine_machine();
  add(findings, examine_folder(program.options.home));
  std::optional<Home> home;
  std::error_code unreadable;
  if (std::filesystem::exists(program.options.home, unreadable))
    findings.push_back(examine(
        "station.yaml",
        [&]() -> Finding {
          home.emplace(program.options, program.clock, *program.random);
          return good("station " + home->config().station);
        },
        [&](Code code) { return command_against(code, program.options.home, nullptr); }));
  add(findings, examine_readers(program, home ? &home->config() : nullptr));
  if (home) add(findings, examine_contents(program, *home));
  return findings;
}

std::string_view name_of(Health health) {
  switch (health) {
    case Health::good:
      return "good";
    case Health::advice:
      return "advice";
    default:
      return "wrong";
  }
}

void print_table(const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.what.size());
  const std::size_t indent = 6 + 2 + width + 2;
  for (const Finding& finding : findings) {
    std::string detail = finding.detail;  // a line each under the first
    for (std::size_t at = 0; (at = detail.find('\n', at)) != std::string::npos; at += 1 + indent)
      detail.insert(at + 1, indent, ' ');
    std::cout << fmt::format("{:<6}  {:<{}}  {}\n", name_of(finding.health), finding.what, width, detail);
    if (!finding.mend.empty()) std::cout << fmt::format("{:>{}}mend it: {}\n", "", indent, finding.mend);
  }
}

nlohmann::json rows_of(const std::vector<Finding>& findings) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Finding& finding : findings) {
    nlohmann::json row = {
        {"what", finding.what}, {"health", name_of(finding.health)}, {"detail", finding.detail}};
    if (!finding.mend.empty()) row["mend"] = finding.mend;
    rows.push_back(std::move(row));
  }
  return rows;
}

void doctor(Program& program) {
  const std::vector<Finding> findings = examine_all(program);
  if (program.options.json)
    print_json(rows_of(findings));
  else
    print_table(findings);
  if (std::ranges::any_of(findings, [](const Finding& each) { return each.health == Health::wrong; }))
    program.exit_code = 1;
}

}  // namespace

Finding good(std::string detail) {
  return {{}, Health::good, std::move(detail), {}};
}

Finding advice(std::string detail, std::string mend) {
  return {{}, Health::advice, std::move(detail), std::move(mend)};
}

Finding wrong(std::string detail, std::string mend) {
  return {{}, Health::wrong, std::move(detail), std::move(mend)};
}

std::string quoted(const std::filesystem::path& path) {
  std::string word = "'";
  for (const char c : path.string()) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

Finding examine(const std::string& what, const std::function<Finding()>& look,
                const CommandAgainst& against) {
  Finding finding;
  try {
    finding = look();
  } catch (const Error& error) {
    finding = wrong(error.what(), against ? against(error.code()) : std::string());
  } catch (const std::exception& error) {
    finding = wrong(error.what());
  }
  finding.what = what;
  return finding;
}

void add_doctor(CLI::App& app, Program& program) {
  app.add_subcommand("doctor", "Check what a line needs, and say how to mend what is wrong")
      ->callback([&program] { doctor(program); });
  auto reader = std::make_shared<std::string>();
  CLI::App* limit =
      app.add_subcommand("reader-limit", "A reader's largest command; started by other commands")->group("");
  limit->add_option("--reader", *reader, "PC/SC reader")->required();
  limit->callback([reader] { print_reader_limit(*reader); });
}

}  // namespace perso::station
