// perso orders: batches in, where each order stands, and what became of a batch.
#include <fmt/format.h>

#include <iostream>
#include <utility>

#include "new_private_file.hpp"
#include "plan/batch.hpp"
#include "plan/csv.hpp"
#include "plan/values.hpp"
#include "program.hpp"

namespace perso::station {

namespace {

struct OrdersOptions {
  std::filesystem::path file;
  std::string batch;
  bool keep_going = false;
  std::filesystem::path rejects;
  std::filesystem::path out;
  std::string order;
  std::string reason;
};

/// The one given, or the file's.
std::string batch_name(const OrdersOptions& options) {
  std::string name = options.batch.empty() ? options.file.stem().string() : options.batch;
  if (!plan::is_order_id(name))  // a batch is named as an order is
    throw Error(Code::usage,
                "a batch's name is 1 to 64 of A-Z a-z 0-9 . _ -, which this one's is not: give --batch NAME");
  return name;
}

/// Rows that make no order, each with its reasons, as a batch that can be mended and imported again. The file
/// is made with the first of them.
class RejectedRows {
 public:
  /// @throws Error Code::usage where the file is there, or is not to stand beside the batch
  RejectedRows(const std::filesystem::path& file, const std::filesystem::path& batch) : path_(file) {
    if (std::filesystem::exists(file))
      throw Error(Code::usage, file.string() + " is there already; name a new file");
    std::error_code error;
    const auto folder = std::filesystem::canonical(file.has_parent_path() ? file.parent_path() : ".", error);
    if (std::filesystem::exists(batch) &&
        (error || folder != std::filesystem::canonical(batch).parent_path()))
      throw Error(Code::usage,
                  "the rejects belong into the batch's own folder, where their portraits are: give --rejects "
                  "a file beside the batch");
  }

  void add(const plan::Rejected& row) {
    if (!file_) {
      file_.emplace(path_);
      file_->add(plan::csv_line(with_reasons(row, row.columns, plan::reasons_column)));
    }
    ++count_;
    std::string reasons;
    for (const plan::Fault& fault : row.faults)
      reasons += (reasons.empty() ? "" : " | ") + (fault.field.empty() ? "" : fault.field + ' ') + fault.text;
    std::vector<std::string> line = with_reasons(row, row.values, row.where + ": " + reasons);
    line.insert(line.end(), row.surplus.begin(), row.surplus.end());
    file_->add(plan::csv_line(line));
  }
  std::size_t count() const { return count_; }
  /// On the disk, and gone again with this object unless it is kept.
  void finish() {
    if (file_) file_->finish();
  }
  void keep() {
    if (file_) file_->keep();
  }

 private:
  /// The cells of a line, those of an earlier list of reasons left out.
  static std::vector<std::string> with_reasons(const plan::Rejected& row,
                                               const std::vector<std::string>& cells,
                                               std::string_view reasons) {
    std::vector<std::string> line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (row.columns[i] != plan::reasons_column) line.push_back(cells[i]);
    line.emplace_back(reasons);
    return line;
  }

  std::filesystem::path path_;
  std::optional<NewPrivateFile> file_;
  std::size_t count_ = 0;
};

void import(Program& program, const OrdersOptions& options) {
  if (options.keep_going == options.rejects.empty())
    throw Error(Code::usage, "--keep-going and --rejects FILE go together: give both or none");
  Home home = program.home();
  const plan::Intake intake{home.profile(), program.clock.now(), *program.random};
  const std::string batch = batch_name(options);
  std::optional<RejectedRows> rejected;
  if (options.keep_going) rejected.emplace(options.rejects, options.file);
  const auto ledger = home.open_ledger("orders import");
  const std::size_t taken = ledger->import(batch, intake.profile, [&](const auto& take) {
    if (!rejected) return plan::read_batch(options.file, intake, take);
    std::size_t good = 0;
    const auto counted = [&](plan::Order&& order) {
      take(std::move(order));
      ++good;
    };
    plan::read_batch(options.file, intake, counted, [&](const plan::Rejected& row) { rejected->add(row); });
    if (good == 0 && rejected->count() > 0) {
      rejected->keep();
      throw Error(Code::order_invalid,
                  "no order of the batch is good; " + options.rejects.string() + " says why of each");
    }
    // Before the ledger takes the others: nothing is lost between the two.
    rejected->finish();
  });
  if (rejected) rejected->keep();
  const std::size_t left = rejected ? rejected->count() : 0;
  if (program.options.json)
    print_json({{"batch", batch}, {"orders", taken}, {"rejected", left}});
  else
    std::cout << "took batch " << batch << ": " << taken << " orders"
              << (left == 0 ? "" : fmt::format("; {} are in {}", left, options.rejects.string())) << '\n';
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

std::string json_line(const ledger::ResultLine& line) {
  return nlohmann::json{{"order", line.order},           {"state", line.state},
                        {"outcome", line.outcome},       {"why", line.why},
                        {"number", line.number},         {"chip", line.chip},
                        {"sod_digest", line.sod_digest}, {"access_number", line.access_number}}
             .dump() +
         '\n';
}

void result(Program& program, const OrdersOptions& options) {
  Home home = program.home();
  const auto ledger = home.open_ledger("orders result");
  std::optional<NewPrivateFile> file;
  if (!options.out.empty()) file.emplace(options.out);
  const auto write = [&](const std::string& line) {
    if (file)
      file->add(line);
    else
      std::cout << line;
  };
  bool begun = false;
  const auto each = [&](const ledger::ResultLine& line) {
    if (program.options.json) return write(json_line(line));
    if (!std::exchange(begun, true))
      write(plan::csv_line(
          {"order", "state", "outcome", "why", "number", "chip", "sod_digest", "access_number"}));
    write(plan::csv_line({line.order, line.state, line.outcome, line.why, line.number, line.chip,
                          line.sod_digest, line.access_number}));
  };
  const auto kept = [&] {
    if (file) return file->keep();
    if (!std::cout.flush()) throw Error(Code::config_invalid, "standard output does not take the result");
  };
  const ledger::Delivery delivery = ledger->deliver(options.batch, each, kept);
  if (!file) return;
  if (program.options.json)
    print_json({{"batch", options.batch}, {"orders", delivery.orders}, {"issued", delivery.issued}});
  else
    std::cout << fmt::format("batch {}: {} of {} orders issued, in {}\n", options.batch, delivery.issued,
                             delivery.orders, options.out.string());
}

void release(Program& program, const OrdersOptions& options) {
  Home home = program.home();
  home.open_ledger("orders release")->release(options.order, options.reason);
  if (program.options.json)
    print_json({{"order", options.order}, {"state", "queued"}});
  else
    std::cout << "order " << options.order << " is back in the queue\n";
}

using SharedOptions = std::shared_ptr<OrdersOptions>;

void add_import(CLI::App& orders, Program& program, const SharedOptions& options) {
  CLI::App* command = orders.add_subcommand("import", "Check a batch and take all of it or nothing");
  command
      ->add_option("file", options->file,
                   "The batch: CSV with a header line, or JSON objects (.json, .jsonl); portraits beside it")
      ->required();
  command->add_option("--batch", options->batch, "Its name (default: the file's)");
  command->add_flag("--keep-going", options->keep_going, "Take the good orders, and leave the others");
  command->add_option(
      "--rejects", options->rejects,
      "With --keep-going: the others as a new CSV file in the batch's folder, with the reasons, to be "
      "mended and imported again");
  command->callback([&program, options] { import(program, *options); });
}

void add_result(CLI::App& orders, Program& program, const SharedOptions& options) {
  CLI::App* command = orders.add_subcommand(
      "result",
      "What became of each order of a batch, with its access number; puts on record that it was told");
  command->add_option("batch", options->batch, "The batch's name")->required();
  command->add_option("--out", options->out, "Write it to this new file (default: standard output)");
  command->callback([&program, options] { result(program, *options); });
}

void add_release(CLI::App& orders, Program& program, const SharedOptions& options) {
  CLI::App* command = orders.add_subcommand("release",
                                            "Make an order again that waits for a person: its card is "
                                            "destroyed, or the cause of its failures is mended");
  command->add_option("order", options->order, "The order's id")->required();
  command->add_option("--reason", options->reason, "What was found and done, for the record")->required();
  command->callback([&program, options] { release(program, *options); });
}

}  // namespace

void add_orders(CLI::App& app, Program& program) {
  const auto options = std::make_shared<OrdersOptions>();
  CLI::App* orders = app.add_subcommand("orders", "Take orders in and look at them")->require_subcommand(1);
  add_import(*orders, program, options);
  orders->add_subcommand("list", "Where each order stands")->callback([&program] { list(program); });
  add_result(*orders, program, options);
  add_release(*orders, program, options);
}

}  // namespace perso::station
