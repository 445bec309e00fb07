#include "pcsc/worker.hpp"

#include <sys/prctl.h>

#include <csignal>

#include "pcsc/api.hpp"
#include "pcsc/frames.hpp"

namespace perso::pcsc {

namespace {

using std::chrono::milliseconds;

class Worker {
 public:
  Worker(Api& api, const std::string& reader) : api_(api), reader_(reader) {}

  /// @throws Error as the session does; malformed for a request that is none
  Bytes handle(Request request, ByteView payload) {
    if (!session_) session_.emplace(api_);
    switch (request) {
      case Request::wait_for_card:
        return {session_->wait_for_card(reader_, milliseconds(be32(payload)))};
      case Request::wait_for_removal:
        return {wait_for_removal(milliseconds(be32(payload)))};
      case Request::connect:
        return connect();
      case Request::transmit:
        return transmit(payload);
      case Request::close:
        close(payload);
        return {};
    }
    throw Error(Code::malformed, "a request that the worker does not know");
  }

  /// A context that lost its pcscd stays lost: the next request makes a new one.
  void drop_session() {
    link_.reset();
    session_.reset();
    events_.reset();
  }

 private:
  bool wait_for_removal(milliseconds timeout) {
    if (!events_) events_ = session_->look(reader_).events;
    const bool gone = session_->wait_for_removal(reader_, *events_, timeout);
    if (gone) events_.reset();
    return gone;
  }

  Bytes connect() {
    events_ = session_->look(reader_).events;  // a card that refuses the connection can leave too
    link_ = session_->connect(reader_);
    events_ = link_->events();
    return link_->atr();
  }

  Bytes transmit(ByteView command) {
    if (!link_) throw Error(Code::reader_fault, reader_ + ": no connection is open");
    const Exchange exchange = link_->transmit(command);
    Bytes reply;
    reply.reserve(8 + exchange.answer.size());
    append_be64(reply, static_cast<std::uint64_t>(exchange.duration.count()));
    append(reply, exchange.answer);
    return reply;
  }

  void close(ByteView payload) {
    const bool off = slice(payload, 0, 1)[0] == static_cast<std::uint8_t>(iso7816::Leave::powered_off);
    if (const auto link = std::move(link_))
      link->close(off ? iso7816::Leave::powered_off : iso7816::Leave::reset);
  }

  Api& api_;
  const std::string& reader_;
  std::optional<Session> session_;
  std::unique_ptr<Link> link_;
  std::optional<std::uint16_t> events_;  // of the card whose removal is waited for
};

Bytes failure_of(const Error& error) {
  Bytes payload{static_cast<std::uint8_t>(error.code())};
  append(payload, as_bytes(error.message()));
  return payload;
}

}  // namespace

int serve_worker(int socket, const std::string& reader) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Api api;
  return serve_worker(socket, reader, api);
}

int serve_worker(int socket, const std::string& reader, Api& api) {
  FrameSocket frames(socket);
  Worker worker(api, reader);
  for (;;) {
    const Passed received = frames.receive(Deadline::max());
    if (received != Passed::whole) return received == Passed::closed ? 0 : 1;
    Reply kind = Reply::done;
    Bytes payload;
    try {
      payload = worker.handle(static_cast<Request>(frames.kind()), frames.payload());
    } catch (const Error& error) {
      if (error.code() == Code::malformed) return 1;
      if (error.code() == Code::stack_absent) worker.drop_session();
      kind = Reply::failed;
      payload = failure_of(error);
    }
    if (frames.send(static_cast<std::uint8_t>(kind), payload, Deadline::max()) != Passed::whole) return 0;
  }
}

}  // namespace perso::pcsc
