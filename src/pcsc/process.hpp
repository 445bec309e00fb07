// A worker process as its controller holds it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "pcsc/frames.hpp"

namespace perso::pcsc {

/// A child with a socket to it. Killed and reaped with the object. The kernel kills it too when the thread
/// that made it ends.
class Process {
 public:
  /// Starts `arguments[0]` (an absolute path) with exactly this environment, the socket as worker_socket,
  /// nothing on standard input and output, and no other descriptor but standard error; in a process group of
  /// its own, so that a Ctrl-C at the terminal is the controller's to handle. @throws Error reader_fault
  Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  FrameSocket& socket() { return *socket_; }
  pid_t id() const { return id_; }
  /// Kills it and waits for its end. Returns how it ended where it did so by itself ("exit code 1", "signal
  /// 11"), else "killed".
  std::string end();

 private:
  std::optional<FrameSocket> socket_;
  pid_t id_ = -1;
};

}  // namespace perso::pcsc
