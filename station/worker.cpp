// perso worker: the small process of one writer. Not for people: `perso run` starts it.
#include "pcsc/worker.hpp"

#include <cstdlib>

#include "program.hpp"

namespace perso::station {

pcsc::WorkerCommand Program::worker_command(const std::string& reader) const {
  // Of the environment a worker needs nothing but the way to another pcscd, where there is one.
  std::vector<std::string> environment;
  if (const char* socket = std::getenv("PCSCLITE_CSOCK_NAME"))
    environment.push_back("PCSCLITE_CSOCK_NAME=" + std::string(socket));
  return {{std::filesystem::read_symlink("/proc/self/exe").string(), "worker", "--reader", reader},
          environment};
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
