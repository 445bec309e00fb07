// The whole PC/SC layer on a real pcscd with vpcd's two virtual readers. Needs the readers free.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <future>
#include <memory>

#include "pcsc/api.hpp"
#include "pcsc/writer.hpp"
#include "relay.hpp"
#include "virtual_card.hpp"

using namespace perso;
using namespace perso::pcsc;
using namespace std::chrono_literals;
using iso7816::CommandApdu;
using iso7816::Leave;
using perso::test::Control;
using perso::test::Relay;
using perso::test::VirtualCard;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::uint16_t first_port = 35963;
const CommandApdu get_data{0x80, 0xCA, 0x9F, 0x7F, {}, 256};
const Bytes success{0x90, 0x00};

std::optional<Bytes> always_success(ByteView) {
  return success;
}

/// The reader whose card waits on first_port + index.
std::string reader_name(std::size_t index) {
  std::vector<std::string> names;
  for (const ReaderInfo& info : list_readers()) {
    if (info.name.starts_with("Virtual PCD")) names.push_back(info.name);
  }
  std::sort(names.begin(), names.end());
  return names.at(index);
}

/// A writer on one of the virtual readers, and the card in it.
struct Place {
  std::size_t index;
  Writer writer;
  std::unique_ptr<VirtualCard> card;

  explicit Place(std::size_t reader = 0, Deadlines deadlines = {}, std::vector<std::string> environment = {})
      : index(reader),
        writer(reader_name(reader), {{PERSO_PCSC_WORKER, reader_name(reader)}, std::move(environment)},
               deadlines) {
    REQUIRE_MESSAGE(writer.wait_for_removal(2s), "the virtual reader is in use by another program");
  }
  ~Place() {
    if (!card) return;
    card->leave();
    try {
      for (int i = 0; i < 100 && look().card_present; ++i) std::this_thread::sleep_for(50ms);
    } catch (const Error& error) {
      FAIL_CHECK(std::string(error.what()));
    }
    // Where a connection that broke off ended in between, pcscd may say so before it has looked itself. A
    // card that came before that look, every 400 ms, would not be noticed.
    std::this_thread::sleep_for(500ms);
  }

  void put(VirtualCard::Answer answer) {
    if (card) card->leave();
    card = std::make_unique<VirtualCard>(static_cast<std::uint16_t>(first_port + index), std::move(answer));
  }
  void insert(VirtualCard::Answer answer = always_success) {
    put(std::move(answer));
    REQUIRE(writer.wait_for_card(5s));
  }
  ReaderInfo look() const {
    Api api;
    return Session(api).look(writer.name());
  }
};

template <typename Action>
Code failure_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    MESSAGE(std::string(error.what()));
    return error.code();
  }
  return Code::usage;  // no failure
}

double milliseconds_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

}  // namespace

TEST_CASE("the stack answers and has two virtual readers") {
  CHECK(stack_answers());
  CHECK(reader_name(0) != reader_name(1));
}

TEST_CASE("a card's coming and going are seen") {
  Place place;
  CHECK_FALSE(place.writer.wait_for_card(100ms));
  auto begin = Steady::now();
  place.insert();
  MESSAGE("insertion seen after " << milliseconds_since(begin) << " ms");
  CHECK(milliseconds_since(begin) < 2000);
  CHECK(place.look().atr == VirtualCard::atr);
  CHECK_FALSE(place.writer.wait_for_removal(100ms));
  begin = Steady::now();
  place.card->leave();
  CHECK(place.writer.wait_for_removal(5s));
  MESSAGE("removal seen after " << milliseconds_since(begin) << " ms");
  CHECK(milliseconds_since(begin) < 2000);
}

TEST_CASE("a reader that is not there and a reader without a card are two errors") {
  Place place;
  CHECK(failure_of([&] { place.writer.connect(); }) == Code::card_absent);
  Writer unknown("No such reader", {{PERSO_PCSC_WORKER, "No such reader"}, {}});
  CHECK(failure_of([&] { unknown.connect(); }) == Code::reader_absent);
  CHECK(failure_of([&] { unknown.wait_for_card(100ms); }) == Code::reader_absent);
}

TEST_CASE("a connection powers the card, and leaves it reset or without power") {
  Place place;
  place.insert();
  auto connection = place.writer.connect();
  CHECK(Bytes(connection->atr().begin(), connection->atr().end()) == VirtualCard::atr);
  CHECK(connection->transmit(get_data).status.ok());
  CHECK(place.card->count(Control::reset) == 0);
  connection->close(Leave::reset);
  std::this_thread::sleep_for(50ms);
  CHECK(place.card->count(Control::reset) == 1);

  connection = place.writer.connect();
  const auto offs = place.card->count(Control::off);
  const auto begin = Steady::now();
  connection->close(Leave::powered_off);
  while (place.card->count(Control::off) == offs && milliseconds_since(begin) < 1000)
    std::this_thread::sleep_for(1ms);
  MESSAGE("power off after " << milliseconds_since(begin) << " ms");
  CHECK(milliseconds_since(begin) < 100);

  // A connection that nobody closed is reset, so that the next one finds the card as after power-on.
  place.writer.connect();
  std::this_thread::sleep_for(50ms);
  CHECK(place.card->count(Control::reset) == 2);
  CHECK(place.writer.timings().commands == 1);
}

TEST_CASE("commands and answers pass whole, up to what the virtual reader can carry") {
  Place place;
  Bytes seen;
  std::size_t answer_size = 0;
  place.insert([&](ByteView command) {
    seen.assign(command.begin(), command.end());
    Bytes answer(answer_size, 0x5A);
    append(answer, success);
    return answer;
  });
  const auto connection = place.writer.connect();
  for (const std::size_t size : {0U, 1U, 255U, 256U, 1024U, 32768U, 65526U}) {
    answer_size = std::min<std::size_t>(size, 65533);
    const CommandApdu command{0x80, 0xE2, 0x00, 0x00, Bytes(size, 0xA5), size > 255 ? 65536U : 256U};
    const auto answer = connection->transmit(command);
    CHECK(seen == command.encode());
    CHECK(answer.data == Bytes(answer_size, 0x5A));
  }
  answer_size = 65533;
  CHECK(connection->transmit(get_data).data.size() == 65533);

  // One byte more than vpcd's length field can say: it drops the card.
  const CommandApdu too_long{0x80, 0xE2, 0x00, 0x00, Bytes(65527, 0xA5), 65536};
  CHECK(failure_of([&] { connection->transmit(too_long); }) == Code::card_torn);
}

TEST_CASE(
    "a card that leaves in the middle of a command is torn, and stays so when another takes its place") {
  struct Row {
    const char* what;
    std::function<void(VirtualCard&)> act;
  };
  // Half of the length is left out: Debian's vpcd 3.3 takes pcscd down with it.
  const std::vector<Row> rows{
      {"before a byte of the answer", [](VirtualCard&) {}},
      {"after the length",
       [](VirtualCard& card) {
         card.send_raw(Bytes{0, 10});
       }},
      {"after a byte of the answer",
       [](VirtualCard& card) {
         card.send_raw(Bytes{0, 10, 0x55});
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Place place;
    place.insert([&](ByteView) -> std::optional<Bytes> {
      row.act(*place.card);
      place.card->leave();
      return std::nullopt;
    });
    const auto connection = place.writer.connect();
    const auto begin = Steady::now();
    CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::card_torn);
    CHECK(milliseconds_since(begin) < 1500);
    place.insert();
    CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::card_torn);
    connection->close(Leave::reset);
    CHECK(place.writer.wait_for_removal(0ms));  // the card that was torn is gone; the other one is another
    CHECK(place.writer.connect()->transmit(get_data).status.ok());
  }
}

TEST_CASE("a card that is swapped between two commands is torn") {
  for (const auto gap : {0ms, 300ms}) {
    CAPTURE(gap.count());
    Place place;
    place.insert();
    const auto connection = place.writer.connect();
    CHECK(connection->transmit(get_data).status.ok());
    place.card->leave();
    std::this_thread::sleep_for(gap);
    place.put(always_success);
    std::this_thread::sleep_for(1200ms);
    CHECK(place.look().card_present);
    CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::card_torn);
    CHECK(place.writer.wait_for_removal(0ms));
  }
}

TEST_CASE("a card that does not answer is a stuck reader, and the next card is served") {
  for (const bool empty_answer : {false, true}) {
    CAPTURE(empty_answer);
    Place place(0, {2s, 500ms});
    place.insert([&](ByteView) -> std::optional<Bytes> {
      return empty_answer ? std::optional<Bytes>(Bytes{})
                          : std::nullopt;  // vpcd waits on after an answer of no bytes
    });
    const auto connection = place.writer.connect();
    const auto begin = Steady::now();
    const Code code = failure_of([&] { connection->transmit(get_data); });
    CHECK(code == Code::reader_stuck);
    CHECK(milliseconds_since(begin) < 2500);
    CHECK_FALSE(place.writer.worker());
    CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::reader_stuck);
    // pcscd still waits for the card on behalf of the worker that was ended.
    CHECK(failure_of([&] { place.writer.connect(); }) == Code::card_busy);
    place.card->leave();
    CHECK(place.writer.wait_for_removal(5s));
    place.insert();
    CHECK(place.writer.connect()->transmit(get_data).status.ok());
  }
}

TEST_CASE("a card that another program holds is busy") {
  Place place;
  place.insert();
  {
    Api api;
    Session other(api);
    const auto held = other.connect(place.writer.name());
    CHECK(failure_of([&] { place.writer.connect(); }) == Code::card_busy);
  }
  const auto mine = place.writer.connect();
  CHECK(failure_of([&] { place.writer.connect(); }) == Code::card_busy);
  CHECK(mine->transmit(get_data).status.ok());
}

TEST_CASE("a reset by another program is told from a tear") {
  // Nobody else reaches an exclusive connection, so this one is shared.
  struct SharedApi final : Api {
    LONG connect(SCARDCONTEXT context, const std::string& reader, SCARDHANDLE& card,
                 DWORD& protocol) override {
      return SCardConnect(context, reader.c_str(), SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol);
    }
    LONG begin_transaction(SCARDHANDLE) override { return SCARD_S_SUCCESS; }
  };
  Place place;
  place.insert();
  SharedApi api;
  Session session(api);
  Session other(api);
  const auto link = session.connect(place.writer.name());
  CHECK(link->transmit(get_data.encode()).answer == success);
  other.connect(place.writer.name())->close(Leave::reset);
  CHECK(failure_of([&] { link->transmit(get_data.encode()); }) == Code::card_reset);
}

TEST_CASE("a worker that is killed in the middle of a command is a reader's fault and is replaced") {
  Place place;
  place.insert([&](ByteView) -> std::optional<Bytes> {
    ::kill(*place.writer.worker(), SIGKILL);
    std::this_thread::sleep_for(100ms);
    return success;
  });
  const auto connection = place.writer.connect();
  CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::reader_fault);
  connection->close(Leave::reset);
  CHECK(place.writer.wait_for_card(5s));
  // pcscd lets go of the card once its answer has come.
  std::this_thread::sleep_for(300ms);
  CHECK(place.writer.connect()->atr().size() == VirtualCard::atr.size());
}

TEST_CASE("a worker in the middle of a command ends with its controller") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const std::string name = reader_name(0);
  const pid_t controller = ::fork();
  if (controller == 0) {
    Writer writer(name, {{PERSO_PCSC_WORKER, name}, {}});
    try {
      writer.wait_for_card(5s);
      const auto connection = writer.connect();
      const int worker = writer.worker().value_or(-1);
      (void)!::write(ends[1], &worker, sizeof worker);
      connection->transmit(get_data);
    } catch (const Error&) {
    }
    ::_exit(1);
  }
  std::promise<void> commanded;
  Place place;
  place.put([&](ByteView) -> std::optional<Bytes> {
    commanded.set_value();
    return std::nullopt;
  });
  int worker = -1;
  CHECK(::read(ends[0], &worker, sizeof worker) == sizeof worker);
  CHECK(commanded.get_future().wait_for(5s) == std::future_status::ready);
  CHECK(::kill(worker, 0) == 0);
  ::kill(controller, SIGKILL);
  ::waitpid(controller, nullptr, 0);
  bool ended = false;
  for (int i = 0; i < 200 && !ended; ++i) {
    std::this_thread::sleep_for(10ms);
    std::ifstream stat("/proc/" + std::to_string(worker) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    ended = text.empty() || text.find(") Z ") != std::string::npos;  // gone, or waiting for a slow reaper
  }
  CHECK(ended);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a pcscd that goes away is an absent stack, at rest, waiting and in the middle of a command") {
  const std::string path = std::string(PERSO_BINARY_DIR) + "/relay.comm";
  auto relay = std::make_unique<Relay>(path);
  Place place(0, {}, {"PCSCLITE_CSOCK_NAME=" + path});

  auto cutter = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(300ms);
    relay->cut();
  });
  CHECK(failure_of([&] { place.writer.wait_for_card(5s); }) == Code::stack_absent);
  cutter.get();
  CHECK(failure_of([&] { place.writer.wait_for_card(100ms); }) == Code::stack_absent);

  relay = std::make_unique<Relay>(path);
  std::promise<void> commanded;
  place.insert([&](ByteView) -> std::optional<Bytes> {
    commanded.set_value();
    std::this_thread::sleep_for(300ms);
    return success;
  });
  cutter = std::async(std::launch::async, [&] {
    commanded.get_future().wait();
    relay->cut();
  });
  const auto connection = place.writer.connect();
  CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::stack_absent);
  CHECK(failure_of([&] { connection->transmit(get_data); }) == Code::stack_absent);
  CHECK(failure_of([&] { place.writer.connect(); }) == Code::stack_absent);
  cutter.get();

  relay = std::make_unique<Relay>(path);
  CHECK(place.writer.wait_for_card(5s));
  std::this_thread::sleep_for(500ms);  // until the card has answered what nobody waits for any more
  CHECK(place.writer.connect()->atr().size() == VirtualCard::atr.size());
}

TEST_CASE("two writers work at once") {
  const auto encode = [](std::size_t index) {
    Place place(index);
    place.insert();
    const auto connection = place.writer.connect();
    int good = 0;
    for (int i = 0; i < 500; ++i) good += connection->transmit(get_data).status.ok() ? 1 : 0;
    return good;
  };
  auto other = std::async(std::launch::async, encode, 1);
  CHECK(encode(0) == 500);
  CHECK(other.get() == 500);
}

TEST_CASE("the way through the worker costs little") {
  Place place;
  place.insert();
  for (const std::size_t size : {16U, 65526U}) {
    const CommandApdu command{0x80, 0xE2, 0x00, 0x00, Bytes(size, 0xA5), size > 255 ? 65536U : 256U};
    const auto connection = place.writer.connect();
    std::vector<double> overheads;
    std::vector<double> cards;
    for (int i = 0; i < 1000; ++i) {
      const auto card_before = place.writer.timings().card;
      const auto begin = Steady::now();
      connection->transmit(command);
      const auto whole = Steady::now() - begin;
      const auto card = place.writer.timings().card - card_before;
      overheads.push_back(std::chrono::duration<double, std::micro>(whole - card).count());
      cards.push_back(std::chrono::duration<double, std::micro>(card).count());
    }
    std::sort(overheads.begin(), overheads.end());
    std::sort(cards.begin(), cards.end());
    MESSAGE(size << " bytes: SCardTransmit " << cards[500] << " us, the worker adds " << overheads[500]
                 << " us (p99 " << overheads[990] << " us)");
    CHECK(overheads[500] < 2000);
    connection->close(Leave::reset);
  }
}
