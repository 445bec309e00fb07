// bench: what the product costs, as ratios against references measured in the same run. Exit code 1 where a
// limit is not kept.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "bench/inspection.hpp"
#include "bench/line.hpp"
#include "bench/personalization.hpp"
#include "bench/picture.hpp"
#include "bench/preparation.hpp"
#include "bench/queue.hpp"
#include "bench/table.hpp"
#include "pcsc/session.hpp"

namespace {

using namespace perso::bench;

constexpr double memory_limit_mib = 64, host_limit = 3, commits_limit = 5, commands_limit = 8,
                 bytes_limit = 1.02, plans_limit = 0.7, idle_limit = 0.01, import_limit = 1.5,
                 constant_memory = 1.1, inspection_limit = 2, inspection_commands_limit = 4,
                 growth_limit_mib = 1;

/// The time that `share` of the samples keep, for instance 0.99.
Nanoseconds quantile(std::vector<Nanoseconds> samples, double share) {
  std::sort(samples.begin(), samples.end());
  return samples.at(static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1)));
}

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

Figure in_milliseconds(Nanoseconds time) {
  return {1000 * seconds(time), "ms", 2};
}

Figure in_seconds(Nanoseconds time) {
  return {seconds(time), "s", 2};
}

Figure count(std::size_t value, const char* unit) {
  return {static_cast<double>(value), unit};
}

Figure in_mib(double mib) {
  return {mib, "MiB", 1};
}

template <typename Cost>
std::vector<Nanoseconds> each(const std::vector<Cost>& costs, Time Cost::*part, Nanoseconds Time::*clock) {
  std::vector<Nanoseconds> samples;
  for (const Cost& cost : costs) samples.push_back(cost.*part.*clock);
  return samples;
}

Time decode(const std::vector<perso::Bytes>& portraits, std::size_t times) {
  const Stopwatch watch;
  for (std::size_t i = 0; i < times; ++i) decode_picture(portraits[i % portraits.size()]);
  return watch.read();
}

/// First of all: a child's peak counts what this process held when it was started.
void measure_queue(Table& table, std::size_t orders) {
  constexpr std::size_t sampled = 50;  // one portrait of so many is decoded, before the import and after it
  const std::vector<perso::Bytes> portraits = chip_pictures(8);
  const std::size_t decoded = orders / sampled + 1;
  const std::string imported = "`perso orders import`, " + std::to_string(orders) + " orders, 8 portraits";

  const ProgramCost tenth = Queue().import(orders / 10, portraits);
  Queue queue;
  Time decoding = decode(portraits, decoded);
  const ProgramCost import = queue.import(orders, portraits);
  decoding += decode(portraits, decoded);

  const auto row = [&](const char* name, Nanoseconds Time::*clock) {
    const double all = static_cast<double>(orders) / static_cast<double>(2 * decoded);
    Figure reference = in_seconds(decoding.*clock);
    reference.value *= all;
    table.at_most_times(imported + ", to decoding theirs, " + name, in_seconds(import.time.*clock), reference,
                        import_limit);
  };
  row("processor", &Time::processor);
  row("wall", &Time::wall);
  table.at_most_times("its peak memory, to that with a tenth of the orders", in_mib(import.mib),
                      in_mib(tenth.mib), constant_memory);

  const std::string run = "peak memory of `perso run`, " + std::to_string(orders) + " orders queued";
  if (!perso::pcsc::stack_answers()) return table.missing(run, "no pcscd answers");
  table.at_most(run, in_mib(queue.run().mib), in_mib(memory_limit_mib));
}

/// On one core: by the processor's time.
void measure_preparation(Table& table, std::size_t orders) {
  const std::vector<PreparationCost> costs = prepare_plans(orders);
  const auto plans = [&](Time PreparationCost::*part) {
    return Figure{1 / seconds(quantile(each(costs, part, &Time::processor), 0.5)), "plans/s", 1};
  };
  const Figure bare = plans(&PreparationCost::bare);
  table.at_least_times("plans prepared, to bare image work and signature", plans(&PreparationCost::prepared),
                       bare, plans_limit);
  table.at_least_times("the same without the order's check", plans(&PreparationCost::compiled), bare,
                       plans_limit);
}

void measure_line(Table& table, std::size_t writers, std::size_t cards_each) {
  const LineCost cost = make_cards_on_line(writers, writers * cards_each);
  const std::string line = std::to_string(writers) + " writers, contactless, signatures of 30 ms";
  table.at_most("time that a writer with a card idles, " + line, {100 * cost.idle_share(), "%", 2},
                {100 * idle_limit, "%", 2});
  table.told("cards of one writer, " + line, {cost.cards_an_hour(), "cards/h", 0});
}

/// By the processor's time, so that other programs do not count; and the median by the wall clock, so that no
/// waiting of the host hides behind that.
void measure_time(Table& table, const std::vector<CardCost>& costs, const std::string& where) {
  const auto row = [&](const char* name, Nanoseconds Time::*clock, double share) {
    table.at_most_times("host time per card to its bare cryptography, " + where + ", " + name,
                        in_milliseconds(quantile(each(costs, &CardCost::host, clock), share)),
                        in_milliseconds(quantile(each(costs, &CardCost::bare, clock), share)), host_limit);
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
  table.told("their time per card together, p50", in_milliseconds(quantile(all, 0.5)));
  table.told("their time per card together, p99", in_milliseconds(quantile(all, 0.99)));
}

void measure_traffic(Table& table, const std::vector<CardCost>& costs, const std::string& where) {
  const auto worst = std::max_element(costs.begin(), costs.end(), [](const auto& a, const auto& b) {
    return a.encoding.commands - a.floor.commands < b.encoding.commands - b.floor.commands;
  });
  table.at_most_more_than_floor("commands to encode a card, " + where,
                                count(worst->encoding.commands, "commands"),
                                count(worst->floor.commands, "commands"), commands_limit);
  table.at_most_times_floor("bytes to encode a card, " + where, count(worst->encoding.bytes, "bytes"),
                            count(worst->floor.bytes, "bytes"), bytes_limit);
  table.at_most_more_than_floor("commands to verify it, " + where, count(worst->verification, "commands"),
                                count(worst->verification_floor, "commands"), commands_limit);
}

void measure_cards(Table& table, std::size_t command_limit, std::size_t cards) {
  const std::string where = "data field " + std::to_string(command_limit);
  const std::vector<CardCost> costs = make_cards(cards, command_limit);
  measure_time(table, costs, where);
  if (command_limit == 65'535) measure_commits(table, costs);
  measure_traffic(table, costs, where);
}

void measure_inspection(Table& table, const std::string& edition, std::size_t command_limit,
                        std::size_t times) {
  const std::string where = edition + ", data field " + std::to_string(command_limit);
  const std::vector<InspectionCost> costs = inspect_cards(edition, times, command_limit);
  const auto row = [&](const char* name, Nanoseconds Time::*clock, double share) {
    table.at_most_times("host time per inspection to its bare cryptography, " + where + ", " + name,
                        in_milliseconds(quantile(each(costs, &InspectionCost::host, clock), share)),
                        in_milliseconds(quantile(each(costs, &InspectionCost::bare, clock), share)),
                        inspection_limit);
  };
  row("p50", &Time::processor, 0.5);
  row("p99", &Time::processor, 0.99);
  row("p50 on the wall", &Time::wall, 0.5);
  const InspectionCost& worst = *std::ranges::max_element(costs, {}, &InspectionCost::commands);
  table.at_most_more_than_floor("commands to inspect a card, " + where, count(worst.commands, "commands"),
                                count(worst.floor, "commands"), inspection_commands_limit);
  // One more is a file that was read twice.
  table.at_most_more_than_floor("files begun to be read, to those on the card, " + where,
                                count(worst.begun, "files"), count(worst.files, "files"), 0);
}

/// Cards of both editions in turn.
void measure_residence(Table& table, std::size_t inspections) {
  const Residence residence = inspect_on(inspections / 10, inspections);
  const std::string many = std::to_string(inspections) + " inspections";
  table.told("resident memory after " + many, in_mib(residence.late));
  table.at_most("its growth since a tenth of the " + many, {residence.late - residence.early, "MiB", 2},
                in_mib(growth_limit_mib));
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t orders = 100'000, cards = 240, cards_each = 4, inspections = 10'000;
  std::string only;
  CLI::App app("Measures what the product costs, as ratios against references of the same run.", "bench");
  app.add_option("--orders", orders, "Orders in the queue of the import and memory tests")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  app.add_option("--cards", cards, "Cards made and inspected at each command size, and plans prepared")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--slow-cards", cards_each, "Cards that each writer makes at the speed of real chips")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_option("--inspections", inspections, "Inspections in one process of the memory test")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str();
  app.add_option("--only", only, "One part alone")
      ->check(CLI::IsMember({"queue", "plans", "line", "cards", "inspections"}));
  CLI11_PARSE(app, argc, argv);

  try {
    Table table;
    const auto wanted = [&](const char* part) { return only.empty() || only == part; };
    if (wanted("queue")) measure_queue(table, orders);
    if (wanted("plans")) measure_preparation(table, cards);
    if (wanted("line"))
      for (const std::size_t writers : {2u, 4u}) measure_line(table, writers, cards_each);
    if (wanted("cards"))
      for (const std::size_t limit : {65'535u, 1'024u, 255u}) measure_cards(table, limit, cards);
    if (wanted("inspections")) {
      for (const char* edition : {"prc-2023", "prc-2017"})
        for (const std::size_t limit : {65'535u, 255u}) measure_inspection(table, edition, limit, cards);
      measure_residence(table, inspections);
    }
    table.print(std::cout);
    return table.all_kept() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << '\n';
    return 1;
  }
}
