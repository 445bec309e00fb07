#include "iso7816/trace.hpp"

namespace perso::iso7816 {

namespace {

std::string described(const CommandApdu& command) {
  const std::uint8_t header[] = {command.cla, command.ins, command.p1, command.p2};
  return to_hex(header) + " Nc=" + std::to_string(command.data.size()) + " Ne=" + std::to_string(command.ne);
}

std::string described(const ResponseApdu& answer) {
  const std::uint8_t status[] = {answer.status.sw1(), answer.status.sw2()};
  return "SW=" + to_hex(status) + " Nr=" + std::to_string(answer.data.size());
}

/// Written when it dies, so that the command on which the card was torn is in the trace too.
struct Line {
  const CommandApdu& command;
  Clock& clock;
  const Trace::Sink& sink;
  std::chrono::nanoseconds begun = clock.elapsed();
  std::string outcome = "no answer";

  ~Line() {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock.elapsed() - begun);
    sink(described(command) + " " + outcome + " " + std::to_string(took.count()) + "us");
  }
};

class TracedConnection final : public Connection {
 public:
  TracedConnection(std::unique_ptr<Connection> connection, Clock& clock, Trace::Sink sink)
      : connection_(std::move(connection)), trace_(*connection_, clock, std::move(sink)) {}
  ByteView atr() const override { return connection_->atr(); }
  ResponseApdu transmit(const CommandApdu& command) override { return trace_.transmit(command); }
  void close(Leave leave) override { connection_->close(leave); }

 private:
  std::unique_ptr<Connection> connection_;
  Trace trace_;
};

}  // namespace

ResponseApdu Trace::transmit(const CommandApdu& command) {
  Line line{command, clock_, sink_};
  ResponseApdu answer = card_.transmit(command);
  line.outcome = described(answer);
  return answer;
}

std::unique_ptr<Connection> TracingSlot::connect() {
  return std::make_unique<TracedConnection>(slot_.connect(), clock_, sink_);
}

}  // namespace perso::iso7816
