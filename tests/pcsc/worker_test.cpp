#include "pcsc/worker.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "fake_api.hpp"
#include "pcsc/frames.hpp"

using namespace perso;
using namespace perso::pcsc;
using perso::test::FakeApi;

namespace {

/// The worker's loop on a thread, and the controller's end of its socket.
class Bench {
 public:
  FakeApi api;

  Bench() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    raw = ends[0];
    socket_.emplace(ends[0]);
    thread_ = std::thread([this, end = ends[1]] { exit_code_ = serve_worker(end, "Reader A", api); });
  }
  ~Bench() {
    if (thread_.joinable()) finish();
  }

  int finish() {
    socket_.reset();
    thread_.join();
    return exit_code_;
  }

  /// The reply's kind and payload as one string of bytes; empty where the worker has ended.
  Bytes ask(Request request, ByteView payload = {}) {
    const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    REQUIRE(socket_->send(static_cast<std::uint8_t>(request), payload, soon) == Passed::whole);
    return reply();
  }

  Bytes reply() {
    const Passed passed = socket_->receive(std::chrono::steady_clock::now() + std::chrono::seconds(10));
    if (passed == Passed::closed) return {};
    REQUIRE(passed == Passed::whole);
    Bytes all{socket_->kind()};
    append(all, socket_->payload());
    return all;
  }

  int raw = -1;

 private:
  std::optional<FrameSocket> socket_;
  std::thread thread_;
  int exit_code_ = -1;
};

bool failed_with(const Bytes& reply, Code code) {
  return reply.size() > 2 && reply[0] == static_cast<std::uint8_t>(Reply::failed) &&
         reply[1] == static_cast<std::uint8_t>(code);
}

const Bytes second{0, 0, 0x03, 0xE8};

}  // namespace

TEST_CASE("a worker serves a card from its coming to its going") {
  Bench bench;
  CHECK(bench.ask(Request::wait_for_card, second) == Bytes{0, 1});
  CHECK(bench.ask(Request::connect) == Bytes{0, 0x3B, 0x00});
  bench.api.answer = {0xAA, 0x90, 0x00};
  const Bytes reply = bench.ask(Request::transmit, Bytes{0x00, 0xB0, 0x00, 0x00, 0x01});
  REQUIRE(reply.size() == 1 + 8 + 3);
  CHECK(reply[0] == 0);
  CHECK(be64(slice(reply, 1, 8)) > 0);
  CHECK(be64(slice(reply, 1, 8)) < 1'000'000'000);
  CHECK(to_hex(slice(reply, 9, 3)) == "AA9000");
  CHECK(to_hex(bench.api.command) == "00B0000001");
  CHECK(bench.ask(Request::close, Bytes{1}) == Bytes{0});
  CHECK(bench.api.disposition == SCARD_UNPOWER_CARD);
  bench.api.states = {0x00020012};
  CHECK(bench.ask(Request::wait_for_removal, second) == Bytes{0, 1});
  CHECK(bench.finish() == 0);
  CHECK(bench.api.contexts == 0);
}

TEST_CASE("the longest command and the longest answer pass") {
  Bench bench;
  bench.ask(Request::connect);
  bench.api.answer = Bytes(max_answer_size, 0x5A);
  const Bytes command(max_command_size, 0xA5);
  const Bytes reply = bench.ask(Request::transmit, command);
  CHECK(reply.size() == 1 + 8 + max_answer_size);
  CHECK(bench.api.command == command);
}

TEST_CASE("a card that took the place of the connected one counts as its removal, once") {
  Bench bench;
  bench.ask(Request::connect);
  bench.ask(Request::close, Bytes{0});
  CHECK(bench.ask(Request::wait_for_removal, Bytes{0, 0, 0, 1}) == Bytes{0, 0});
  bench.api.states = {0x00030022};
  CHECK(bench.ask(Request::wait_for_removal, Bytes{0, 0, 0, 1}) == Bytes{0, 1});
  CHECK(bench.ask(Request::wait_for_removal, Bytes{0, 0, 0, 1}) == Bytes{0, 0});
}

TEST_CASE("a card that refuses the connection is waited for like any other") {
  Bench bench;
  bench.ask(Request::connect);
  bench.ask(Request::close, Bytes{0});
  bench.api.states = {0x00030222};
  bench.api.fails["SCardConnect"] = SCARD_W_UNRESPONSIVE_CARD;
  CHECK(failed_with(bench.ask(Request::connect), Code::chip_foreign));
  CHECK(bench.ask(Request::wait_for_removal, Bytes{0, 0, 0, 1}) == Bytes{0, 0});
}

TEST_CASE("failures are reported with their code, and the worker goes on") {
  Bench bench;
  CHECK(failed_with(bench.ask(Request::transmit, Bytes{0, 0, 0, 0}), Code::reader_fault));
  bench.api.fails["SCardConnect"] = SCARD_E_SHARING_VIOLATION;
  CHECK(failed_with(bench.ask(Request::connect), Code::card_busy));
  bench.api.fails["SCardConnect"] = SCARD_E_NO_SERVICE;
  CHECK(failed_with(bench.ask(Request::connect), Code::stack_absent));
  CHECK(bench.api.contexts == 0);  // a lost context is given up
  bench.api.fails.clear();
  CHECK(bench.ask(Request::connect) == Bytes{0, 0x3B, 0x00});
  CHECK(bench.api.contexts == 1);
}

TEST_CASE("a worker ends with exit code 1 after what is no request") {
  const std::vector<Bytes> frames{
      {0, 0, 0, 0},                    // empty
      {0xFF, 0xFF, 0xFF, 0xFF, 1},     // longer than any
      {0, 1, 0x00, 0x12, 4},           // one byte longer than the longest
      {0, 0, 0, 1, 99},                // an unknown kind
      {0, 0, 0, 0x03, 1, 0, 0},        // a time cut short
      {0, 0, 0, 1, 5},                 // a close that does not say how
      {0, 0, 0, 1, 3, 0, 0, 0, 1, 3},  // two requests at once
  };
  for (const Bytes& frame : frames) {
    CAPTURE(to_hex(frame));
    Bench bench;
    REQUIRE(::send(bench.raw, frame.data(), frame.size(), 0) == static_cast<ssize_t>(frame.size()));
    CHECK(bench.reply().empty());
    CHECK(bench.finish() == 1);
  }
}

TEST_CASE("a worker whose controller is gone ends and lets the card go") {
  Bench bench;
  bench.ask(Request::connect);
  CHECK(bench.finish() == 0);
  CHECK(bench.api.handles == 0);
  CHECK(bench.api.disposition == SCARD_RESET_CARD);
  CHECK(bench.api.contexts == 0);
}
