// perso orders: batches in, and where each order stands.
#include <fmt/format.h>

#include <iostream>

#include "bytes/error.hpp"
#include "plan/order.hpp"
#include "plan/values.hpp"
#include "program.hpp"

namespace perso::station {

namespace {

struct OrdersOptions {
  std::filesystem::path csv;
  std::string batch;
  std::string order;
  std::string reason;
};

/// The one given, or the file's.
std::string batch_name(const OrdersOptions& options) {
  if (!options.batch.empty()) return options.batch;
  std::string stem = options.csv.stem().string();
  if (!plan::is_order_id(stem))  // a batch is named as an order is
    throw Error(Code::usage,
                "a batch's name is 1 to 64 of A-Z a-z 0-9 . _ -, which the file's is not: give --batch NAME");
  return stem;
}

void import(Program& program, const OrdersOptions& options) {
  Home home = program.home();
  const profile::Profile& profile = home.profile();
  const std::string batch = batch_name(options);
  const auto ledger = home.open_ledger("orders import");
  const std::size_t taken =
      ledger->import(batch, profile, [&](const auto& take) { plan::read_csv(options.csv, profile, take); });
  if (program.options.json)
    print_json({{"batch", batch}, {"orders", taken}});
  else
    std::cout << "took batch " << batch << ": " << taken << " orders\n";
}

void list(Program& program) {
  Home home = program.home();
  const auto ledger = home.open_ledger("orders list");
  ledger->list_orders([&](const ledger::OrderLine& order) {
    if (program.options.json)
      print_json({{"order", order.id},
                  {"batch", order.batch},
                  {"profile", order.profile},
                  {"state", order.state},
                  {"last_outcome", order.outcome_of_last_run},
                  {"imported_at", order.imported_at},
                  {"failures", order.failures}});
    else
      std::cout << fmt::format("{:<20} {:<16} {:<10} {}\n", order.id, order.batch, order.state,
                               order.outcome_of_last_run);
  });
}

void release(Program& program, const OrdersOptions& options) {
  Home home = program.home();
  home.open_ledger("orders release")->release(options.order, options.reason);
  if (program.options.json)
    print_json({{"order", options.order}, {"state", "queued"}});
  else
    std::cout << "order " << options.order << " is back in the queue\n";
}

}  // namespace

void add_orders(CLI::App& app, Program& program) {
  auto options = std::make_shared<OrdersOptions>();
  CLI::App* command = app.add_subcommand("orders", "Take orders in and look at them")->require_subcommand(1);

  CLI::App* import_command = command->add_subcommand("import", "Check a batch and take all of it or nothing");
  import_command->add_option("csv", options->csv, "The batch: CSV with a header line, portraits beside it")
      ->required();
  import_command->add_option("--batch", options->batch, "Its name (default: the file's)");
  import_command->callback([&program, options] { import(program, *options); });

  CLI::App* list_command = command->add_subcommand("list", "Where each order stands");
  list_command->callback([&program] { list(program); });

  CLI::App* release_command = command->add_subcommand("release",
                                                      "Make an order again that waits for a person: its card "
                                                      "is destroyed, or the cause of its failures is mended");
  release_command->add_option("order", options->order, "The order's id")->required();
  release_command->add_option("--reason", options->reason, "What was found and done, for the record")
      ->required();
  release_command->callback([&program, options] { release(program, *options); });
}

}  // namespace perso::station
