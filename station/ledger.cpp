// perso ledger: what it says, and whether it can be believed.
#include "ledger/ledger.hpp"

#include <iostream>

#include "program.hpp"
#include "readiness.hpp"

namespace perso::station {

namespace {

void verify(Program& program) {
  Home home = program.home();
  const auto ledger = home.open_ledger("ledger verify");
  const ledger::VerifyResult result = require_whole(*ledger);
  if (program.options.json)
    print_json({{"good", true}, {"events", result.events}, {"head", result.head}});
  else
    std::cout << "the ledger is whole: " << result.events << " events, head " << result.head << '\n';
}

void report(Program& program) {
  Home home = program.home();
  const ledger::Totals totals = home.open_ledger("ledger report")->totals();
  const std::size_t accounted =
      totals.issued + totals.rejected + totals.spoiled + totals.returned + totals.open;
  if (program.options.json) {
    print_json({{"orders", totals.orders},
                {"queued", totals.queued},
                {"waiting", totals.waiting},
                {"undelivered", totals.undelivered},
                {"drawn", totals.drawn},
                {"issued", totals.issued},
                {"rejected", totals.rejected},
                {"spoiled", totals.spoiled},
                {"returned", totals.returned},
                {"open", totals.open},
                {"balanced", totals.drawn == accounted}});
    return;
  }
  std::cout << "orders   " << totals.orders << ": " << totals.queued << " queued, " << totals.waiting
            << " waiting\n"
            << "results  " << totals.undelivered
            << " issued orders were never delivered: their holder data is kept until 'perso orders result'\n"
            << "chips    " << totals.drawn << " drawn = " << totals.issued << " issued + " << totals.rejected
            << " rejected + " << totals.spoiled << " spoiled + " << totals.returned << " returned + "
            << totals.open << " open" << (totals.drawn == accounted ? "" : ": DOES NOT BALANCE") << '\n';
}

}  // namespace

void add_ledger(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("ledger", "What the station remembers")->require_subcommand(1);
  command
      ->add_subcommand("verify",
                       "Check every row against the chain, and the chain against its high-water mark")
      ->callback([&program] { verify(program); });
  command->add_subcommand("report", "Totals of orders and chips")->callback([&program] { report(program); });
  command->add_subcommand("export", "All events as JSON lines, without holder data")->callback([&program] {
    Home home = program.home();
    home.open_ledger("ledger export")->export_events(std::cout);
  });
}

}  // namespace perso::station
