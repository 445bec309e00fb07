#include "pcsc/writer.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "bytes/error.hpp"

using namespace perso;
using namespace perso::pcsc;
using namespace std::chrono_literals;

namespace {

constexpr Deadlines short_deadlines{300ms, 300ms};

/// A writer whose worker is this shell script; its socket is descriptor 3.
Writer scripted(const std::string& script, Deadlines deadlines = short_deadlines) {
  return Writer("Reader A", {{"/bin/sh", "-c", script}, {}}, deadlines);
}

/// Reads a request of five bytes (one without payload) and sends this, in printf's notation.
std::string answering(const std::string& frame) {
  return "dd bs=5 count=1 <&3 >/dev/null 2>&1; printf '" + frame + "' >&3; exec sleep 60";
}

Code code_of_failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.message().find("Reader A") != std::string::npos);
    return error.code();
  }
  return Code::usage;  // no failure
}

bool runs(int process) {
  return ::kill(process, 0) == 0;
}

/// Waits up to five seconds.
bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(10ms);
  return condition();
}

}  // namespace

TEST_CASE("a worker that does not answer in time is ended, reaped and replaced") {
  Writer writer = scripted("trap '' TERM; exec sleep 60");
  const auto begin = std::chrono::steady_clock::now();
  CHECK(code_of_failure([&] { writer.connect(); }) == Code::reader_stuck);
  const auto time = std::chrono::steady_clock::now() - begin;
  CHECK(time >= 300ms);
  CHECK(time < 3s);
  CHECK_FALSE(writer.worker());
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left, dead or alive
  CHECK(errno == ECHILD);
  CHECK(code_of_failure([&] { writer.connect(); }) == Code::reader_stuck);
}

TEST_CASE("a wait has its own time and a deadline beyond it") {
  Writer writer = scripted("exec sleep 60");
  const auto begin = std::chrono::steady_clock::now();
  CHECK(code_of_failure([&] { writer.wait_for_card(400ms); }) == Code::reader_stuck);
  CHECK(std::chrono::steady_clock::now() - begin >= 700ms);
}

TEST_CASE("a worker that dies is a reader's fault and is replaced") {
  for (const std::string script : {"exit 7", "kill -SEGV $$", "exec 3>&-; exec sleep 60"}) {
    CAPTURE(script);
    Writer writer = scripted(script, {5s, 5s});
    CHECK(code_of_failure([&] { writer.connect(); }) == Code::reader_fault);
    CHECK_FALSE(writer.worker());
  }
  Writer missing("Reader A", {{"/nonexistent/perso"}, {}});
  CHECK_THROWS_WITH_AS(missing.connect(), doctest::Contains("cannot be started"), Error);
}

TEST_CASE("an answer that breaks the protocol ends the worker") {
  const std::vector<std::string> frames{
      R"(\000\000\000\000)",                                        // empty
      R"(\377\377\377\377\000)",                                    // longer than any
      R"(\000\000\000\001\002)",                                    // neither done nor failed
      R"(\000\000\000\001\000\000)",                                // more than one frame
      R"(\000\000\000\042\0001234567890123456789012345678901234)",  // not an answer to reset: 34 bytes of it
  };
  for (const std::string& frame : frames) {
    CAPTURE(frame);
    Writer writer = scripted(answering(frame), {5s, 5s});
    CHECK(code_of_failure([&] { writer.connect(); }) == Code::reader_fault);
    CHECK_FALSE(writer.worker());
  }
  // A frame that never ends runs into the deadline.
  Writer writer = scripted(answering(R"(\000\000\000\010\000)"));
  CHECK(code_of_failure([&] { writer.connect(); }) == Code::reader_stuck);
}

TEST_CASE("an answer too short for a time and a status word ends the worker") {
  Writer writer = scripted(
      "dd bs=5 count=1 <&3 >/dev/null 2>&1; printf '\\000\\000\\000\\001\\000' >&3;"
      "dd bs=9 count=1 <&3 >/dev/null 2>&1; printf '\\000\\000\\000\\012\\000123456789' >&3;"
      "exec sleep 60",
      {5s, 5s});
  const auto connection = writer.connect();
  CHECK(code_of_failure([&] { connection->transmit({0, 0xB0, 0, 0, {}, 0}); }) == Code::reader_fault);
  CHECK_FALSE(writer.worker());
  // The connection has failed for good, and closing it does not start a worker.
  CHECK(code_of_failure([&] { connection->transmit({0, 0xB0, 0, 0, {}, 0}); }) == Code::reader_fault);
  connection->close(iso7816::Leave::reset);
  CHECK_FALSE(writer.worker());
}

TEST_CASE("what T=0 splits is put together: no 61xx and no 6Cxx comes out of a connection") {
  // Frames: 5 bytes of connect, 10 of a command of five bytes. An answer has eight bytes of time in front.
  const std::string file = std::string(PERSO_BINARY_DIR) + "/t0-commands.bin";
  const std::string next = "dd bs=10 count=1 iflag=fullblock <&3 2>/dev/null >>" + file + "; printf ";
  Writer writer = scripted("rm -f " + file +
                               "; dd bs=5 count=1 iflag=fullblock <&3 >/dev/null 2>&1;"
                               "printf '\\000\\000\\000\\001\\000' >&3; " +
                               next + R"('\000\000\000\013\00000000000\154\003' >&3; )" +    // 6C03
                               next + R"('\000\000\000\015\00000000000AB\141\001' >&3; )" +  // AB 6101
                               next + R"('\000\000\000\014\00000000000C\220\000' >&3; )" +   // C 9000
                               next + R"('\000\000\000\013\00000000000\152\202' >&3; )" +    // 6A82
                               "exec sleep 60",
                           {5s, 5s});
  const auto connection = writer.connect();
  const auto answer = connection->transmit({0x00, 0xB0, 0x00, 0x00, {}, 256});
  CHECK(as_text(answer.data) == "ABC");
  CHECK(answer.status == iso7816::sw::success);
  CHECK(connection->transmit({0x00, 0xB0, 0x00, 0x00, {}, 8}).status == iso7816::sw::file_not_found);
  CHECK(writer.timings().commands == 4);  // those that the card saw

  std::ifstream in(file, std::ios::binary);
  const std::string sent{std::istreambuf_iterator<char>(in), {}};
  CHECK(to_hex(as_bytes(sent)) ==
        "00000006"
        "04"
        "00B0000000"
        "00000006"
        "04"
        "00B0000003"
        "00000006"
        "04"
        "00C0000001"
        "00000006"
        "04"
        "00B0000008");
}

TEST_CASE("a failure is taken over only where the worker can have it, and as one printable line") {
  const auto reported = [](Code code, const std::string& text) {
    std::string number{"\\0\\000"};
    number = "\\" + std::to_string(static_cast<int>(code) / 64) +
             std::to_string(static_cast<int>(code) / 8 % 8) + std::to_string(static_cast<int>(code) % 8);
    const std::size_t size = 2 + text.size();
    return answering("\\000\\000\\000\\0" + std::to_string(size / 8) + std::to_string(size % 8) + "\\001" +
                     number + text);
  };
  Writer busy = scripted(reported(Code::card_busy, "Reader A: busy"), {5s, 5s});
  CHECK(code_of_failure([&] { busy.connect(); }) == Code::card_busy);
  CHECK(busy.worker());

  Writer lying = scripted(reported(Code::ledger_io, "Reader A: ledger"), {5s, 5s});
  CHECK(code_of_failure([&] { lying.connect(); }) == Code::reader_fault);

  Writer ugly = scripted(reported(Code::card_busy, "Reader A\n\033[31m"), {5s, 5s});
  CHECK_THROWS_WITH_AS(ugly.connect(), doctest::Contains("Reader A??[31m"), Error);
}

TEST_CASE("a worker inherits neither environment nor descriptors, and is its own process group") {
  const std::string file = std::string(PERSO_BINARY_DIR) + "/worker-surroundings.txt";
  std::filesystem::remove(file);
  ::setenv("PERSO_TEST_CANARY", "canary", 1);
  const int leaky = ::fcntl(STDERR_FILENO, F_DUPFD, 50);  // without FD_CLOEXEC
  REQUIRE(leaky >= 50);
  Writer writer = scripted("{ env; ls -l /proc/$$/fd; ps -o pgid= -p $$ | tr -d ' '; echo $$; } >" + file +
                               "; mv " + file + " " + file + ".done",
                           {5s, 5s});
  CHECK(code_of_failure([&] { writer.connect(); }) == Code::reader_fault);
  ::close(leaky);
  std::ifstream in(file + ".done");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CAPTURE(text);
  CHECK(text.find("canary") == std::string::npos);
  CHECK(text.find(" 3 -> socket:") != std::string::npos);
  CHECK(text.find(" " + std::to_string(leaky) + " ->") == std::string::npos);
  CHECK(text.find(" 0 -> /dev/null") != std::string::npos);
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  REQUIRE(lines.size() > 2);
  CHECK(lines[lines.size() - 1] == lines[lines.size() - 2]);
}

TEST_CASE("without pcscd every call of a real worker is an absent stack") {
  Writer writer("Reader A",
                {{PERSO_PCSC_WORKER, "Reader A"}, {"PCSCLITE_CSOCK_NAME=/nonexistent/pcscd.comm"}});
  for (int i = 0; i < 2; ++i) {
    try {
      writer.wait_for_card(10ms);
      FAIL("no failure");
    } catch (const Error& error) {
      CHECK(error.code() == Code::stack_absent);
      CHECK(error.message().find("SCardEstablishContext") != std::string::npos);
    }
    CHECK(writer.worker());  // it is the stack that is absent: the worker goes on
  }
}

TEST_CASE("a worker ends when its controller is killed") {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t controller = ::fork();
  if (controller == 0) {
    Writer writer("Reader A",
                  {{PERSO_PCSC_WORKER, "Reader A"}, {"PCSCLITE_CSOCK_NAME=/nonexistent/pcscd.comm"}});
    try {
      writer.wait_for_card(10ms);
    } catch (const Error&) {
    }
    const int worker = writer.worker().value_or(-1);
    (void)!::write(pipe_ends[1], &worker, sizeof worker);
    for (;;) ::pause();
  }
  int worker = -1;
  REQUIRE(::read(pipe_ends[0], &worker, sizeof worker) == sizeof worker);
  REQUIRE(worker > 0);
  CHECK(runs(worker));
  ::kill(controller, SIGKILL);
  ::waitpid(controller, nullptr, 0);
  // Orphans go to a reaper that may be slow: a zombie has ended too.
  CHECK(comes_true([&] {
    std::ifstream stat("/proc/" + std::to_string(worker) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    return text.empty() || text.find(") Z ") != std::string::npos;
  }));
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}
