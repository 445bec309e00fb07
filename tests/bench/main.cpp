// bench: what the product costs, as ratios against references measured in the same run. Exit code 1 where a
// limit is not kept.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "bench/personalization.hpp"
#include "bench/queue.hpp"
#include "bench/table.hpp"
#include "pcsc/session.hpp"

namespace {

using namespace perso::bench;

constexpr double memory_limit_mib = 64, host_limit = 3, commits_limit = 5, commands_limit = 8,
                 bytes_limit = 1.02;

/// The time that `share` of the samples keep, for instance 0.99.
Figure quantile(std::vector<Nanoseconds> samples, double share) {
  std::sort(samples.begin(), samples.end());
  const auto place = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
  return {std::chrono::duration<double, std::milli>(samples.at(place)).count(), "ms", 2};
}

std::vector<Nanoseconds> each(const std::vector<CardCost>& costs, Time CardCost::*part,
                              Nanoseconds Time::*clock) {
  std::vector<Nanoseconds> samples;
  for (const CardCost& cost : costs) samples.push_back(cost.*part.*clock);
  return samples;
}

/// First of all: a child's peak counts what this process held when it was started.
void measure_queue(Table& table, std::size_t orders) {
  const std::string what = "peak memory of `perso run`, " + std::to_string(orders) + " orders queued";
  if (!perso::pcsc::stack_answers()) return table.missing(what, "no pcscd answers");
  const QueueCost cost = run_with_queue(orders);
  table.at_most(what, {cost.run_mib, "MiB", 1}, {memory_limit_mib, "MiB", 1});
  table.told("peak memory of `perso orders import`", {cost.import_mib, "MiB", 1});
  table.told("orders imported", {static_cast<double>(orders) / cost.import_seconds, "orders/s", 0});
}

/// By the processor's time, so that other programs do not count; and the median by the wall clock, so that no
/// waiting of the host hides behind that.
void measure_time(Table& table, const std::vector<CardCost>& costs, const std::string& where) {
  const auto row = [&](const char* name, Nanoseconds Time::*clock, double share) {
    table.at_most_times("host time per card to its bare cryptography, " + where + ", " + name,
                        quantile(each(costs, &CardCost::host, clock), share),
                        quantile(each(costs, &CardCost::bare, clock), share), host_limit);
  };
  row("p50", &Time::processor, 0.5);
  row("p99", &Time::processor, 0.99);
  row("p50 on the wall", &Time::wall, 0.5);
}

void measure_commits(Table& table, const std::vector<CardCost>& costs) {
  std::size_t most = 0;
  std::vector<Nanoseconds> all;
  for (const CardCost& cost : costs) {
    most = std::max(most, cost.commits.size());
    Nanoseconds together{};
    for (const Time& commit : cost.commits) together += commit.wall;
    all.push_back(together);
  }
  table.at_most("durable commits per card, each with its high-water mark",
                {static_cast<double>(most), "commits"}, {commits_limit, "commits"});
  table.told("their time per card together, p50", quantile(all, 0.5));
  table.told("their time per card together, p99", quantile(all, 0.99));
}

void measure_traffic(Table& table, const std::vector<CardCost>& costs, const std::string& where) {
  const auto worst = std::max_element(costs.begin(), costs.end(), [](const auto& a, const auto& b) {
    return a.encoding.commands - a.floor.commands < b.encoding.commands - b.floor.commands;
  });
  const auto figure = [](std::size_t value, const char* unit) {
    return Figure{static_cast<double>(value), unit};
  };
  table.at_most_more_than_floor("commands to encode a card, " + where,
                                figure(worst->encoding.commands, "commands"),
                                figure(worst->floor.commands, "commands"), commands_limit);
  table.at_most_times_floor("bytes to encode a card, " + where, figure(worst->encoding.bytes, "bytes"),
                            figure(worst->floor.bytes, "bytes"), bytes_limit);
  table.told("commands with its verification, " + where, figure(worst->commands, "commands"));
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t orders = 100'000, cards = 240;
  CLI::App app("Measures what the product costs, as ratios against references of the same run.", "bench");
  app.add_option("--orders", orders, "Orders in the queue of the memory test")->capture_default_str();
  app.add_option("--cards", cards, "Cards made at each command size")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    Table table;
    measure_queue(table, orders);
    for (const std::size_t limit : {65'535u, 1'024u, 255u}) {
      const std::string where = "data field " + std::to_string(limit);
      const std::vector<CardCost> costs = make_cards(cards, limit);
      measure_time(table, costs, where);
      if (limit == 65'535) measure_commits(table, costs);
      measure_traffic(table, costs, where);
    }
    table.print(std::cout);
    return table.all_kept() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << '\n';
    return 1;
  }
}
