// Stands between a worker and pcscd, so that a test can take pcscd away from one worker and leave it to the
// others.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace perso::test {

class Relay {
 public:
  /// Listens at `path` and passes every connection on to the pcscd of this machine.
  explicit Relay(std::string path);
  ~Relay() { cut(); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Closes all connections and stops listening, as a pcscd that is killed does.
  void cut();

 private:
  void accept_all();
  void pump(int from, int to);

  std::string path_;
  int listener_;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace perso::test
