#include "bench/queue.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include "bench/batch.hpp"
#include "bench/ports.hpp"
#include "bench/scratch.hpp"

namespace perso::bench {

namespace {

/// The program as a process of its own; its standard output is dropped.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) : name_(arguments.at(0)) {
    arguments.insert(arguments.begin(), PERSO_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int failed = posix_spawn(&id_, PERSO_PROGRAM, &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) throw std::runtime_error("cannot start " PERSO_PROGRAM);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (id_ <= 0) return;
    ::kill(id_, SIGTERM);
    ::waitpid(id_, nullptr, 0);
  }

  /// Waits for its end. @return the peak of its resident memory, or of a process that it waited for, MiB
  double finish() {
    int status = 0;
    rusage usage{};
    ::wait4(id_, &status, 0, &usage);
    id_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      throw std::runtime_error("perso " + name_ + " failed");
    return static_cast<double>(usage.ru_maxrss) / 1024;
  }

 private:
  std::string name_;
  pid_t id_ = 0;
};

double perso(std::vector<std::string> arguments) {
  return Process(std::move(arguments)).finish();
}

}  // namespace

QueueCost run_with_queue(std::size_t orders) {
  const Scratch scratch("bench-queue");
  const std::string home = scratch.path / "home", chips = scratch.path / "chips";
  const std::string csv = write_batch(scratch.path / "batch", orders);
  perso({"init", "--home", home, "--station", "bench", "--profile", PERSO_SOURCE_DIR "/profiles/prc-2023"});

  QueueCost cost;
  const Stopwatch watch;
  cost.import_mib = perso({"orders", "import", csv, "--batch", "queue", "--home", home});
  cost.import_seconds = std::chrono::duration<double>(watch.read().wall).count();

  perso({"vchip", "make", "--home", home, "--dir", chips, "--count", "2"});
  const Process server(
      {"vchip", "serve", "--home", home, "--dir", chips, "--slots", "2", "--feed", "--json"});
  cost.run_mib = perso({"run", "--home", home, "--count", "2", "--wait", "60"});
  return cost;
}

}  // namespace perso::bench
