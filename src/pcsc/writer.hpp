// A writer: a reader with its worker process, as a slot. Every wait has a deadline; a worker that passes it
// is ended, and the next call starts another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iso7816/card.hpp"
#include "pcsc/frames.hpp"

namespace perso::pcsc {

class Process;

struct Deadlines {
  /// To connect, to disconnect, and what a wait may take beyond its own time.
  std::chrono::milliseconds connect{10'000};
  /// One command, until its answer.
  std::chrono::milliseconds command{30'000};
};

/// How a worker is started.
struct WorkerCommand {
  /// The first one is the absolute path of a program that calls serve_worker(worker_socket, reader).
  std::vector<std::string> arguments;
  /// All of it, as "NAME=value".
  std::vector<std::string> environment;
};

/// What a writer's cards have answered so far.
struct Timings {
  std::uint64_t commands = 0;
  std::chrono::nanoseconds card{};  // the time inside of SCardTransmit
};

/// Used by one thread, the same from the first call to the last: the worker dies with it. Outlives its
/// connections. All calls throw Error reader_stuck when a deadline passes and reader_fault when the worker
/// dies; the card, if one was connected, is then reset by pcscd.
class Writer final : public iso7816::Slot {
 public:
  Writer(std::string reader, WorkerCommand command, Deadlines deadlines = {});
  ~Writer() override;

  const std::string& name() const override { return reader_; }
  /// @throws Error reader_absent, stack_absent
  bool wait_for_card(std::chrono::milliseconds timeout) override;
  /// The card that was there is the one of the last connection: another one in its place counts as removal
  /// too.
  bool wait_for_removal(std::chrono::milliseconds timeout) override;
  /// The connection's answers are whole: no 61xx and 6Cxx of T=0 comes out of it (iso7816::ResponseChaining).
  /// @throws Error also chip_foreign for a card that does not answer to reset. One connection at a time:
  /// card_busy.
  std::unique_ptr<iso7816::Connection> connect() override;

  Timings timings() const { return timings_; }
  /// The process id of the worker, if there is one.
  std::optional<int> worker() const;

 private:
  class RemoteLink;
  class RemoteConnection;
  /// The payload of the worker's reply, until the next call. Starts a worker where there is none.
  ByteView ask(Request request, ByteView payload, std::chrono::milliseconds time);
  bool wait(Request request, std::chrono::milliseconds timeout);
  iso7816::ResponseApdu exchange(ByteView command);
  void close(iso7816::Leave leave);
  [[noreturn]] void end_worker(Passed why);

  std::string reader_;
  WorkerCommand command_;
  Deadlines deadlines_;
  std::unique_ptr<Process> worker_;  // none before the first call and after a failure
  std::uint64_t connection_ = 0;     // counts connections; the last one alone is open
  Timings timings_;
};

}  // namespace perso::pcsc
