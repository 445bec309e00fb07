// A card for a virtual reader of vpcd, as thin as can be: it answers, hangs or drops off as the test says.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "bytes/bytes.hpp"

namespace perso::test {

/// What vpcd says besides commands.
enum class Control : std::uint8_t { off = 0, on = 1, reset = 2, atr = 4 };

class VirtualCard {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// The answer to a command; none to say nothing.
  using Answer = std::function<std::optional<Bytes>(ByteView)>;

  /// Inserts the card into the reader that waits on this port of the local host. `answer` is called on the
  /// card's own thread.
  VirtualCard(std::uint16_t port, Answer answer);
  ~VirtualCard() { leave(); }
  VirtualCard(const VirtualCard&) = delete;
  VirtualCard& operator=(const VirtualCard&) = delete;

  /// Takes the card out; from the card's own thread this is in the middle of a command.
  void leave();
  /// Sends bytes that vpcd takes as (a part of) an answer.
  void send_raw(ByteView bytes);
  bool inserted() const { return inserted_; }
  /// When vpcd last said this.
  std::optional<Time> last(Control control) const;
  std::uint64_t count(Control control) const;

  static const Bytes atr;

 private:
  void serve(const Answer& answer);
  bool read(std::uint8_t* to, std::size_t size);

  int socket_;
  std::atomic<bool> inserted_{true};
  mutable std::mutex mutex_;
  std::vector<std::pair<Control, Time>> controls_;
  std::thread thread_;
};

}  // namespace perso::test
