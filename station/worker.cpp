// perso worker: the small process of one writer. Not for people: `perso run` starts it.
#include "pcsc/worker.hpp"

#include "program.hpp"

namespace perso::station {

pcsc::WorkerCommand Program::worker_command(const std::string& reader) const {
  return {{std::filesystem::read_symlink("/proc/self/exe").string(), "worker", "--reader", reader}, {}};
}

void add_worker(CLI::App& app, Program& program) {
  auto reader = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("worker", "The process of one writer; started by other commands")->group("");
  command->add_option("--reader", *reader, "PC/SC reader")->required();
  command->callback(
      [&program, reader] { program.exit_code = pcsc::serve_worker(pcsc::worker_socket, *reader); });
}

}  // namespace perso::station
