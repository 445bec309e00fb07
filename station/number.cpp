// perso number: is a card number a good one, and what does it say.
#include "identity/number.hpp"

#include <fmt/format.h>

#include <iostream>

#include "program.hpp"

namespace perso::station {

namespace {

struct NumberOptions {
  std::string number;
  std::vector<std::uint16_t> further_countries;
};

nlohmann::json verdict_json(const std::optional<identity::NumberFault>& fault) {
  nlohmann::json verdict{{"valid", !fault}};
  if (fault) verdict["fault"] = fault->text;
  return verdict;
}

std::string verdict_text(const std::optional<identity::NumberFault>& fault) {
  return fault ? "NOT valid: the number " + fault->text : "valid";
}

nlohmann::json parts_json(const identity::NumberParts& parts) {
  nlohmann::json born = nlohmann::json::array();
  for (const identity::Date& day : parts.births) born.push_back(day.to_text());
  nlohmann::json json{
      {"province", {{"code", parts.province}, {"name", parts.province_name}}},
      {"country", {{"code", parts.country}}},
      {"born", born},
      {"sequence", parts.sequence},
      {"check", {{"is", std::string(1, parts.check)}, {"expected", std::string(1, parts.expected_check)}}}};
  if (!parts.city.empty()) json["city"] = parts.city;
  if (parts.known_country != nullptr) {
    json["country"]["alpha_3"] = parts.known_country->alpha_3;
    json["country"]["numeric"] = fmt::format("{:03}", parts.known_country->numeric);
  }
  return json;
}

std::string country_text(const identity::NumberParts& parts) {
  if (parts.known_country == nullptr) return parts.country + ", not a country of ISO 3166-1";
  return fmt::format("{}, {} {:03} of ISO 3166-1", parts.country, parts.known_country->alpha_3,
                     parts.known_country->numeric);
}

std::string born_text(const identity::NumberParts& parts) {
  std::string text;
  for (const identity::Date& day : parts.births) text += (text.empty() ? "" : " or ") + day.to_text();
  return text.empty() ? parts.born + ", no day of the calendar" : text;
}

void print_parts(const identity::NumberParts& parts) {
  const std::string province{parts.province_name.empty() ? "not a province of GB/T 2260"
                                                         : parts.province_name};
  fmt::print("  province   {}, {}\n", parts.province, province);
  if (!parts.city.empty()) fmt::print("  city       {}\n", parts.city);
  fmt::print("  country    {}\n", country_text(parts));
  fmt::print("  born       {}\n", born_text(parts));
  fmt::print("  sequence   {}\n", parts.sequence);
  fmt::print("  check      {}{}\n", parts.check,
             parts.check == parts.expected_check
                 ? ", as the others want it"
                 : fmt::format(", and the others want {}", parts.expected_check));
}

std::optional<identity::NumberFault> judge(Program& program, const NumberOptions& options) {
  auto fault = identity::check_number(options.number, options.further_countries);
  program.exit_code = fault ? 1 : 0;
  return fault;
}

void check(Program& program, const NumberOptions& options) {
  const auto fault = judge(program, options);
  if (program.options.json)
    print_json(verdict_json(fault));
  else
    std::cout << verdict_text(fault) << '\n';
}

void explain(Program& program, const NumberOptions& options) {
  const auto fault = judge(program, options);
  const auto parts = identity::explain_number(options.number);
  if (program.options.json) {
    nlohmann::json json = verdict_json(fault);
    if (parts) json["parts"] = parts_json(*parts);
    print_json(json);
    return;
  }
  if (parts) print_parts(*parts);
  std::cout << verdict_text(fault) << '\n';
}

void add_options(CLI::App* command, const std::shared_ptr<NumberOptions>& options) {
  command->add_option("number", options->number, "18 characters (2023 edition) or 15 (before)")->required();
  command
      ->add_option("--country", options->further_countries,
                   "A numeric country code beside those of ISO 3166-1, as a profile may have")
      ->allow_extra_args(false)
      ->check(CLI::Range(0, 999));
}

}  // namespace

void add_number(CLI::App& app, Program& program) {
  const auto options = std::make_shared<NumberOptions>();
  CLI::App* command = app.add_subcommand("number", "Card numbers")->require_subcommand(1);
  CLI::App* checking = command->add_subcommand("check", "Is it a good one: exit code 0, or 1 and why not");
  CLI::App* explaining = command->add_subcommand("explain", "The same, and what each part of it says");
  for (CLI::App* one : {checking, explaining}) add_options(one, options);
  checking->callback([&program, options] { check(program, *options); });
  explaining->callback([&program, options] { explain(program, *options); });
}

}  // namespace perso::station
