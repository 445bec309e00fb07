// perso profile: checks a profile, and shows what it makes of an order before a card is touched.
#include <fmt/format.h>

#include <iostream>

#include "bytes/error.hpp"
#include "plan/plan.hpp"
#include "program.hpp"

namespace perso::station {

namespace {

struct ProfileOptions {
  std::filesystem::path profile;
  std::filesystem::path orders;
  std::string order;
};

void check(const Program& program, const ProfileOptions& options) {
  const profile::Profile profile = profile::load(options.profile);
  std::size_t files = 0;
  for (const auto& application : profile.applications) files += application.files.size();
  if (program.options.json)
    print_json({{"profile", profile.name}, {"valid", true}, {"files", files}});
  else
    std::cout << profile.name << ": good, " << profile.applications.size() << " applications, " << files
              << " files\n";
}

plan::Order find_order(const ProfileOptions& options, const profile::Profile& profile) {
  std::optional<plan::Order> found;
  plan::read_csv(options.orders, profile, [&](plan::Order&& order) {
    if (!found && (options.order.empty() || order.id == options.order)) found = std::move(order);
  });
  if (!found) throw Error(Code::order_invalid, options.orders.string() + " has no order " + options.order);
  return std::move(*found);
}

nlohmann::json describe(const plan::Plan& plan) {
  nlohmann::json applications = nlohmann::json::array();
  for (const auto& application : plan.applications) {
    nlohmann::json files = nlohmann::json::array();
    for (const auto& file : application.files) {
      nlohmann::json row{{"name", file.name}, {"fid", fmt::format("{:04X}", file.fid.value)}};
      if (file.contents) {
        row["bytes"] = file.contents->size();
        row["sha256"] = to_hex(crypto::digest(crypto::Hash::sha256, *file.contents));
      } else {
        row["phase"] = 2;
      }
      files.push_back(std::move(row));
    }
    applications.push_back({{"name", application.name}, {"aid", application.aid.hex()}, {"files", files}});
  }
  return {{"order", plan.order_id}, {"applications", applications}};
}

void show(const nlohmann::json& plan) {
  std::cout << "order " << plan["order"].get<std::string>() << '\n';
  for (const auto& application : plan["applications"]) {
    std::cout << application["name"].get<std::string>() << "  " << application["aid"].get<std::string>()
              << '\n';
    for (const auto& file : application["files"]) {
      std::cout << fmt::format("  {}  {:<10}", file["fid"].get<std::string>(),
                               file["name"].get<std::string>());
      if (file.contains("bytes"))
        std::cout << fmt::format("{:>7} bytes  {}\n", file["bytes"].get<std::size_t>(),
                                 file["sha256"].get<std::string>());
      else
        std::cout << "        on the chip, in the second phase\n";
    }
  }
}

void plan_order(const Program& program, const ProfileOptions& options) {
  const profile::Profile profile = profile::load(options.profile);
  const nlohmann::json plan = describe(plan::compile(profile, find_order(options, profile)));
  if (program.options.json)
    print_json(plan);
  else
    show(plan);
}

}  // namespace

void add_profile(CLI::App& app, Program& program) {
  auto options = std::make_shared<ProfileOptions>();
  CLI::App* command = app.add_subcommand("profile", "Look at a card edition")->require_subcommand(1);

  CLI::App* check_command =
      command->add_subcommand("check", "Find every fault of a profile, with file, line and column");
  check_command->add_option("profile", options->profile, "The profile's folder or file")->required();
  check_command->callback([&program, options] { check(program, *options); });

  CLI::App* plan_command = command->add_subcommand("plan", "Show what a profile makes of an order");
  plan_command->add_option("profile", options->profile, "The profile's folder or file")->required();
  plan_command->add_option("orders", options->orders, "A batch (CSV)")->required();
  plan_command->add_option("--order", options->order, "The order's id (default: the first)");
  plan_command->callback([&program, options] { plan_order(program, *options); });
}

}  // namespace perso::station
