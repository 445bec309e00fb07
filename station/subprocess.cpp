#include "subprocess.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>

namespace perso::station {

namespace fs = std::filesystem;

namespace {

using Watch = std::chrono::steady_clock;

constexpr std::size_t most_output = 64 << 10;

/// The file of a program, empty where there is none.
fs::path find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  // A user's PATH need not have the folders where pcscd stands.
  std::istringstream folders((path != nullptr ? path : "") + std::string(":/usr/local/sbin:/usr/sbin:/sbin"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder) / name;
    if (file.is_absolute() && fs::is_regular_file(file) && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

/// What exec wants: pointers, and a null behind them.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> open_environment() {
  std::vector<std::string> all{"LC_ALL=C"};
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("PERSO_PASSPHRASE=") &&
        !std::string_view(*entry).starts_with("LC_ALL="))
      all.emplace_back(*entry);
  return all;
}

/// Starts it with `output` as its standard output. -1 where that fails.
pid_t start(const fs::path& file, std::vector<std::string> arguments, int output) {
  std::vector<std::string> environment = open_environment();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int failed = posix_spawn(&child, file.c_str(), &files, nullptr, pointers(arguments).data(),
                                 pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  return failed == 0 ? child : -1;
}

/// Reads until the other end is closed; false where `end` comes first.
bool read_all(int fd, Watch::time_point end, std::string& output) {
  std::array<char, 4096> part{};
  for (;;) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(end - Watch::now()).count();
    pollfd ready{fd, POLLIN, 0};
    if (rest <= 0 || ::poll(&ready, 1, static_cast<int>(rest)) == 0) return false;
    const ssize_t size = ::read(fd, part.data(), part.size());
    if (size == 0) return true;
    if (size > 0)
      output.append(part.data(), std::min(static_cast<std::size_t>(size), most_output - output.size()));
    else if (errno != EINTR)
      return false;
  }
}

}  // namespace

std::optional<Ended> ask_program(const std::vector<std::string>& arguments,
                                 std::chrono::milliseconds patience) {
  const fs::path file = find_program(arguments.at(0));
  std::array<int, 2> ends{};
  if (file.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const pid_t child = start(file, arguments, ends[1]);
  ::close(ends[1]);
  Ended ended;
  const bool whole = child > 0 && read_all(ends[0], Watch::now() + patience, ended.output);
  ::close(ends[0]);
  if (child <= 0) return std::nullopt;
  if (!whole) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole || !WIFEXITED(status)) return std::nullopt;
  ended.exit_code = WEXITSTATUS(status);
  return ended;
}

}  // namespace perso::station
