// perso profile: checks a profile, and shows what it makes of an order before a card is touched.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>

#include "bytes/error.hpp"
#include "files.hpp"
#include "plan/batch.hpp"
#include "program.hpp"
#include "rehearsal/report.hpp"

namespace perso::station {

namespace {

struct ProfileOptions {
  std::filesystem::path profile;
  std::filesystem::path orders;
  std::string order;
  bool commands = false;
  std::vector<std::string> links;
  std::size_t command_limit = 65535;
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

/// What ends the reading of a batch, of which one order alone is wanted.
struct Found {
  plan::Order order;
};

/// The row's order id, as it stands there.
std::string id_of(const plan::Rejected& row) {
  const auto column = std::ranges::find(row.columns, "order");
  return column == row.columns.end() ? ""
                                     : row.values.at(static_cast<std::size_t>(column - row.columns.begin()));
}

plan::Order find_order(Program& program, const ProfileOptions& options, const profile::Profile& profile) {
  const auto wanted = [&](const std::string& id) { return options.order.empty() || id == options.order; };
  const auto take = [&](plan::Order&& order) {
    if (wanted(order.id)) throw Found{std::move(order)};
  };
  const auto reject = [&](const plan::Rejected& row) {
    if (!wanted(id_of(row))) return;
    plan::FaultReport report;
    for (const plan::Fault& fault : row.faults) report.add(row.where, fault);
    report.raise();
  };
  try {
    plan::read_batch(options.orders, {profile, program.clock.now(), *program.random}, take, reject);
  } catch (Found& found) {
    return std::move(found.order);
  }
  throw Error(Code::order_invalid, options.orders.string() + " has no order " + options.order);
}

/// Keys for the rehearsal alone, gone with it: no station's keys are asked for.
keys::KeySet throwaway_keys(Random& random, Instant now) {
  const ScratchFolder folder;
  const Secret passphrase = Secret::copy_of(as_bytes("for the rehearsal alone"));
  keys::KeySet::make_specimen(folder.path() / "keys", passphrase, crypto::EcParameters::explicit_curve, now,
                              random);
  return keys::KeySet::open(folder.path() / "keys", passphrase, random);
}

/// "contact:115200"
rehearsal::Link link_named(const std::string& text) {
  const auto colon = text.find(':');
  std::size_t speed = 0;
  if (colon != std::string::npos) {
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data() + colon + 1, end, speed).ptr != end) speed = 0;
  }
  return rehearsal::link_of(text.substr(0, colon), speed);
}

void plan_order(Program& program, const ProfileOptions& options) {
  const profile::Profile profile = profile::load(options.profile);
  const Instant now = program.clock.now();
  const plan::Order order = find_order(program, options, profile);
  const keys::KeySet keys = throwaway_keys(*program.random, now);
  std::vector<rehearsal::Link> links;
  for (const std::string& link : options.links) links.push_back(link_named(link));
  if (links.empty()) links = rehearsal::common_links();
  const rehearsal::Rehearsal seen =
      rehearsal::rehearse(profile, order, keys, *program.random, now, options.command_limit);
  using rehearsal::Detail;
  if (program.options.json)
    print_json(rehearsal::as_json(seen, links));
  else
    std::cout << rehearsal::as_table(seen, links, options.commands ? Detail::commands : Detail::steps);
}

}  // namespace

void add_profile(CLI::App& app, Program& program) {
  auto options = std::make_shared<ProfileOptions>();
  CLI::App* command = app.add_subcommand("profile", "Look at a card edition")->require_subcommand(1);

  CLI::App* check_command =
      command->add_subcommand("check", "Find every fault of a profile, with file, line and column");
  check_command->add_option("profile", options->profile, "The profile's folder or file")->required();
  check_command->callback([&program, options] { check(program, *options); });

  CLI::App* plan_command =
      command->add_subcommand("plan", "Show what a profile makes of an order, command by command");
  plan_command->add_option("profile", options->profile, "The profile's folder or file")->required();
  plan_command->add_option("orders", options->orders, "A batch (CSV or JSON)")->required();
  plan_command->add_option("--order", options->order, "The order's id (default: the first)");
  plan_command->add_flag("--commands", options->commands, "Every command and answer, byte for byte");
  plan_command->add_option("--link", options->links,
                           "Predict the time on this link, KIND:BITS_PER_SECOND (contact:115200, "
                           "contactless:424000); may be given again");
  plan_command
      ->add_option("--command-limit", options->command_limit,
                   "Largest command data field that the reader takes, in bytes")
      ->check(CLI::Range(255, 65535));
  plan_command->callback([&program, options] { plan_order(program, *options); });
}

}  // namespace perso::station
