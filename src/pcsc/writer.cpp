#include "pcsc/writer.hpp"

#include <algorithm>

#include "iso7816/response_chaining.hpp"
#include "pcsc/process.hpp"

namespace perso::pcsc {

namespace {

using std::chrono::milliseconds;

/// The worker's own account of a failure, taken with care: it may have been anything that answered.
Error failure_in(ByteView payload, const std::string& reader) {
  const auto code = payload.empty() ? Code::malformed : static_cast<Code>(payload[0]);
  const bool known = (code >= Code::stack_absent && code <= Code::card_busy) || code == Code::chip_foreign;
  if (!known) return {Code::reader_fault, reader + ": the worker reports a failure that it cannot have"};
  std::string message = as_text(payload.subspan(1, std::min<std::size_t>(payload.size() - 1, 500)));
  const auto unprintable = [](char c) { return c < 0x20 || c == 0x7F; };
  std::replace_if(message.begin(), message.end(), unprintable, '?');
  return {code, message};
}

}  // namespace

/// The near end of the worker's link, an exchange at a time. Once failed it stays failed: the card in the
/// reader may be another one by now.
class Writer::RemoteLink final : public iso7816::Card {
 public:
  explicit RemoteLink(Writer& writer) : writer_(writer), number_(writer.connection_) {}

  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    if (failure_) throw Error(*failure_);
    const Bytes encoded = command.encode();
    try {
      if (ended()) throw Error(Code::reader_fault, writer_.reader_ + ": the connection has ended");
      return writer_.exchange(encoded);
    } catch (const Error& error) {
      failure_ = error;
      throw;
    }
  }

  void close(iso7816::Leave leave) {
    if (ended()) return;
    number_ = 0;
    try {
      writer_.close(leave);
    } catch (const Error&) {
      if (!failure_) throw;
    }
  }

 private:
  bool ended() const { return number_ != writer_.connection_ || !writer_.worker_; }

  Writer& writer_;
  std::uint64_t number_;
  std::optional<Error> failure_;
};

/// A link whose answers are whole: what T=0 splits is put together below everything that looks at an answer.
class Writer::RemoteConnection final : public iso7816::Connection {
 public:
  RemoteConnection(Writer& writer, Bytes atr) : link_(writer), atr_(std::move(atr)) {}

  ~RemoteConnection() override {
    try {
      close(iso7816::Leave::reset);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the next connection finds out what is wrong
    }
  }

  ByteView atr() const override { return atr_; }
  iso7816::ResponseApdu transmit(const iso7816::CommandApdu& command) override {
    return whole_.transmit(command);
  }
  void close(iso7816::Leave leave) override { link_.close(leave); }

 private:
  RemoteLink link_;
  iso7816::ResponseChaining whole_{link_};
  Bytes atr_;
};

Writer::Writer(std::string reader, WorkerCommand command, Deadlines deadlines)
    : reader_(std::move(reader)), command_(std::move(command)), deadlines_(deadlines) {}

Writer::~Writer() = default;

std::optional<int> Writer::worker() const {
  return worker_ ? std::optional<int>(worker_->id()) : std::nullopt;
}

bool Writer::wait_for_card(milliseconds timeout) {
  return wait(Request::wait_for_card, timeout);
}

bool Writer::wait_for_removal(milliseconds timeout) {
  return wait(Request::wait_for_removal, timeout);
}

bool Writer::wait(Request request, milliseconds timeout) {
  Bytes payload;
  append_be32(payload,
              static_cast<std::uint32_t>(std::clamp<milliseconds::rep>(timeout.count(), 0, INT32_MAX)));
  const ByteView reply = ask(request, payload, timeout + deadlines_.connect);
  if (reply.size() != 1) end_worker(Passed::broken);
  return reply[0] != 0;
}

std::unique_ptr<iso7816::Connection> Writer::connect() {
  const ByteView atr = ask(Request::connect, {}, deadlines_.connect);
  if (atr.size() > max_atr_size) end_worker(Passed::broken);
  connection_ += 1;
  return std::make_unique<RemoteConnection>(*this, Bytes(atr.begin(), atr.end()));
}

iso7816::ResponseApdu Writer::exchange(ByteView command) {
  // A card that left is told from a reader's fault within the settle time.
  const ByteView reply = ask(Request::transmit, command, deadlines_.command + settle_time);
  if (reply.size() < 8 + 2) end_worker(Passed::broken);
  timings_.commands += 1;
  timings_.card += std::chrono::nanoseconds(be64(reply));
  return iso7816::ResponseApdu::parse(reply.subspan(8));
}

void Writer::close(iso7816::Leave leave) {
  const Bytes payload{static_cast<std::uint8_t>(leave)};
  ask(Request::close, payload, deadlines_.connect);
}

ByteView Writer::ask(Request request, ByteView payload, milliseconds time) {
  const Deadline deadline = std::chrono::steady_clock::now() + time;
  if (!worker_) worker_ = std::make_unique<Process>(command_.arguments, command_.environment);
  FrameSocket& socket = worker_->socket();
  Passed passed = socket.send(static_cast<std::uint8_t>(request), payload, deadline);
  if (passed == Passed::whole) passed = socket.receive(deadline);
  if (passed != Passed::whole) end_worker(passed);
  if (socket.kind() == static_cast<std::uint8_t>(Reply::failed)) throw failure_in(socket.payload(), reader_);
  if (socket.kind() != static_cast<std::uint8_t>(Reply::done)) end_worker(Passed::broken);
  return socket.payload();
}

void Writer::end_worker(Passed why) {
  const std::string ended = worker_->end();
  worker_.reset();
  switch (why) {
    case Passed::late:
      throw Error(Code::reader_stuck, reader_ + ": no answer before the deadline; the worker was ended");
    case Passed::broken:
      throw Error(Code::reader_fault, reader_ + ": the worker's answer is none; it was ended");
    default:
      throw Error(Code::reader_fault, reader_ + ": the worker died (" + ended + ")");
  }
}

}  // namespace perso::pcsc
