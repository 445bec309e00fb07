#include "bench/queue.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "bench/batch.hpp"

namespace perso::bench {

namespace {

Nanoseconds of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

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

  /// Waits for its end.
  ProgramCost finish() {
    int status = 0;
    rusage usage{};
    ::wait4(id_, &status, 0, &usage);
    id_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      throw std::runtime_error("perso " + name_ + " failed");
    return {{watch_.read().wall, of(usage.ru_utime) + of(usage.ru_stime)},
            static_cast<double>(usage.ru_maxrss) / 1024};
  }

 private:
  std::string name_;
  Stopwatch watch_;
  pid_t id_ = 0;
};

ProgramCost perso(std::vector<std::string> arguments) {
  return Process(std::move(arguments)).finish();
}

}  // namespace

Queue::Queue() {
  perso({"init", "--home", home_, "--station", "bench", "--profile", PERSO_SOURCE_DIR "/profiles/prc-2023"});
}

ProgramCost Queue::import(std::size_t orders, const std::vector<Bytes>& portraits) {
  const std::string csv = write_batch(scratch_.path / "batch", orders, portraits);
  return perso({"orders", "import", csv, "--batch", "queue", "--home", home_});
}

ProgramCost Queue::run() {
  const std::string chips = scratch_.path / "chips";
  perso({"vchip", "make", "--home", home_, "--dir", chips, "--count", "2"});
  const Process server(
      {"vchip", "serve", "--home", home_, "--dir", chips, "--slots", "2", "--feed", "--json"});
  return perso({"run", "--home", home_, "--count", "2", "--wait", "60"});
}

}  // namespace perso::bench
