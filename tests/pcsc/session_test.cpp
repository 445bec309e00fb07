#include "pcsc/session.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "fake_api.hpp"

using namespace perso;
using namespace perso::pcsc;
using namespace std::chrono_literals;
using perso::test::FakeApi;

namespace {

const std::string reader = "Reader A";
constexpr DWORD empty_1 = 0x00010012;
constexpr DWORD present_1 = 0x00010022;
constexpr DWORD present_3 = 0x00030022;

std::optional<Error> failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

struct Meaning {
  LONG result;
  Code code;
};

// What each code means at any call that is not SCardTransmit.
const std::vector<Meaning> meanings{
    {SCARD_E_NO_SERVICE, Code::stack_absent},
    {SCARD_E_SERVICE_STOPPED, Code::stack_absent},
    {SCARD_P_SHUTDOWN, Code::stack_absent},
    {SCARD_E_SYSTEM_CANCELLED, Code::stack_absent},
    {SCARD_W_SECURITY_VIOLATION, Code::stack_absent},
    {SCARD_E_NO_ACCESS, Code::stack_absent},
    {SCARD_E_UNKNOWN_READER, Code::reader_absent},
    {SCARD_E_READER_UNAVAILABLE, Code::reader_absent},
    {SCARD_E_NO_SMARTCARD, Code::card_absent},
    {SCARD_W_RESET_CARD, Code::card_reset},
    {SCARD_E_SHARING_VIOLATION, Code::card_busy},
    {SCARD_W_UNRESPONSIVE_CARD, Code::chip_foreign},
    {SCARD_W_UNSUPPORTED_CARD, Code::chip_foreign},
    {SCARD_E_PROTO_MISMATCH, Code::chip_foreign},
    {SCARD_E_NOT_TRANSACTED, Code::reader_fault},
    {SCARD_F_COMM_ERROR, Code::reader_fault},
    {SCARD_F_INTERNAL_ERROR, Code::reader_fault},
    {SCARD_E_NO_MEMORY, Code::reader_fault},
    {SCARD_E_INVALID_HANDLE, Code::reader_fault},
    {SCARD_E_INVALID_PARAMETER, Code::reader_fault},
    {static_cast<LONG>(0x80101234), Code::reader_fault},
};

}  // namespace

TEST_CASE("each return code at each call is an error that names the call and the place") {
  for (const std::string call : {"SCardEstablishContext", "SCardListReaders", "SCardGetStatusChange",
                                 "SCardConnect", "SCardBeginTransaction", "SCardStatus", "SCardDisconnect"}) {
    for (const Meaning& meaning : meanings) {
      CAPTURE(call);
      CAPTURE(meaning.result);
      FakeApi api;
      api.fails[call] = meaning.result;
      const auto failure = failure_of([&] {
        Session session(api);
        session.readers();
        session.look(reader);
        session.connect(reader)->close(iso7816::Leave::reset);
      });
      REQUIRE(failure);
      CHECK(failure->code() == meaning.code);
      CHECK(failure->message().find(call) != std::string::npos);
      CHECK(api.handles == 0);
    }
  }
}

TEST_CASE("a failed transmission is told apart by what the reader shows afterwards") {
  struct Row {
    const char* what;
    LONG result;
    std::vector<DWORD> states;  // at the connection, then afterwards
    Code code;
  };
  const std::vector<Row> rows{
      {"removed, as pcscd has seen", SCARD_W_REMOVED_CARD, {present_1}, Code::card_torn},
      {"without power", SCARD_W_UNPOWERED_CARD, {present_1}, Code::card_torn},
      {"failed, and the card is gone",
       SCARD_E_NOT_TRANSACTED,
       {present_1, present_1, 0x00020012},
       Code::card_torn},
      {"failed, and another card is there", SCARD_E_NOT_TRANSACTED, {present_1, present_3}, Code::card_torn},
      {"failed, and the card is there", SCARD_E_NOT_TRANSACTED, {present_1}, Code::reader_fault},
      {"mute, and the card is there", SCARD_W_UNRESPONSIVE_CARD, {present_1}, Code::reader_fault},
      {"failed, and the reader is gone",
       SCARD_E_NOT_TRANSACTED,
       {present_1, 0x0000000C},
       Code::reader_absent},
      {"success without a status word, card gone", SCARD_S_SUCCESS, {present_1, 0x00020012}, Code::card_torn},
      {"success without a status word, card there", SCARD_S_SUCCESS, {present_1}, Code::reader_fault},
      {"reset by another program", SCARD_W_RESET_CARD, {present_1}, Code::card_reset},
      {"no service", SCARD_E_NO_SERVICE, {present_1}, Code::stack_absent},
      {"reader unplugged", SCARD_E_READER_UNAVAILABLE, {present_1}, Code::reader_absent},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    FakeApi api;
    api.states = row.states;
    Session session(api);
    const auto link = session.connect(reader);
    api.answer.resize(1);
    if (row.result != SCARD_S_SUCCESS) api.fails["SCardTransmit"] = row.result;
    const auto first = failure_of([&] { link->transmit(Bytes{0, 0, 0, 0}); });
    REQUIRE(first);
    CHECK(first->code() == row.code);

    // The card that answers now may be another one: the link stays failed, and closing it says nothing more.
    api.fails.clear();
    api.answer = {0x90, 0x00};
    const auto calls = api.calls.size();
    const auto second = failure_of([&] { link->transmit(Bytes{0, 0, 0, 0}); });
    REQUIRE(second);
    CHECK(second->code() == row.code);
    CHECK(api.calls.size() == calls);
    api.fails["SCardDisconnect"] = SCARD_E_INVALID_HANDLE;
    link->close(iso7816::Leave::reset);
    CHECK(api.handles == 0);
  }
}

TEST_CASE("a broken connection to pcscd is an absent stack, whatever call finds it") {
  for (const std::string call : {"SCardGetStatusChange", "SCardConnect", "SCardBeginTransaction",
                                 "SCardStatus", "SCardTransmit", "SCardDisconnect"}) {
    CAPTURE(call);
    FakeApi api;
    Session session(api);
    std::unique_ptr<Link> link;
    if (call == "SCardTransmit" || call == "SCardDisconnect") link = session.connect(reader);
    api.fails[call] = SCARD_F_COMM_ERROR;
    api.fails["SCardListReaders"] = SCARD_E_NO_SERVICE;
    api.fails.emplace("SCardGetStatusChange", SCARD_E_NO_SERVICE);
    if (call == "SCardConnect" || call == "SCardBeginTransaction" || call == "SCardStatus")
      api.fails.erase("SCardGetStatusChange");
    const auto failure = failure_of([&] {
      if (call == "SCardGetStatusChange") session.look(reader);
      if (!link) link = session.connect(reader);
      link->transmit(Bytes{0, 0, 0, 0});
      link->close(iso7816::Leave::reset);
    });
    REQUIRE(failure);
    CHECK(failure->code() == Code::stack_absent);
  }
}

TEST_CASE("a card that leaves while it is connected to was absent, not torn") {
  FakeApi api;
  Session session(api);
  api.fails["SCardConnect"] = SCARD_W_REMOVED_CARD;
  CHECK(failure_of([&] { session.connect(reader); })->code() == Code::card_absent);
  api.fails["SCardConnect"] = SCARD_W_UNPOWERED_CARD;
  CHECK(failure_of([&] { session.connect(reader); })->code() == Code::chip_foreign);
}

TEST_CASE("waiting sleeps in pcscd and ends with the event or the time") {
  FakeApi api;
  Session session(api);

  SUBCASE("the card is there") {
    CHECK(session.wait_for_card(reader, 5000ms));
    CHECK(api.timeouts == std::vector<DWORD>{0});
  }
  SUBCASE("the card comes") {
    api.states = {empty_1, present_1};
    CHECK(session.wait_for_card(reader, 5000ms));
    REQUIRE(api.timeouts.size() == 2);
    CHECK(api.timeouts[1] > 4000);
    CHECK(api.timeouts[1] <= 5000);
  }
  SUBCASE("the card does not come") {
    api.states = {empty_1};
    CHECK_FALSE(session.wait_for_card(reader, 20ms));
  }
  SUBCASE("the card goes") {
    api.states = {present_1, empty_1};
    CHECK(session.wait_for_removal(reader, 1, 5000ms));
  }
  SUBCASE("another card has taken its place") {
    api.states = {present_3};
    CHECK(session.wait_for_removal(reader, 1, 5000ms));
  }
  SUBCASE("the same card stays") {
    CHECK_FALSE(session.wait_for_removal(reader, 1, 20ms));
  }
  SUBCASE("the time is over in pcscd") {
    api.fails["SCardGetStatusChange"] = SCARD_E_TIMEOUT;
    CHECK_FALSE(session.wait_for_card(reader, 20ms));
  }
  SUBCASE("the reader is unplugged") {
    api.states = {empty_1, 0x0001000E};
    CHECK(failure_of([&] { session.wait_for_card(reader, 5000ms); })->code() == Code::reader_absent);
  }
}

TEST_CASE("readers are listed with what they hold") {
  FakeApi api;
  Session session(api);
  api.states = {0x000500A2, 0x00020012};
  const auto readers = session.readers();
  REQUIRE(readers.size() == 2);
  CHECK(readers[0].name == "Reader A");
  CHECK(readers[0].card_present);
  CHECK(readers[0].events == 5);
  CHECK(readers[0].atr == Bytes{0x3B, 0x00});
  CHECK(readers[1].name == "Reader B");
  CHECK_FALSE(readers[1].card_present);
  CHECK(readers[1].atr.empty());

  SUBCASE("none") {
    api.fails["SCardListReaders"] = SCARD_E_NO_READERS_AVAILABLE;
    CHECK(session.readers().empty());
  }
  SUBCASE("one was unplugged in between") {
    api.states = {0x0000000E, 0x00020012};
    CHECK(session.readers().size() == 1);
  }
}

TEST_CASE("a connection ends as its user says, and with a reset where nobody said") {
  FakeApi api;
  {
    Session session(api);
    session.connect(reader)->close(iso7816::Leave::powered_off);
    CHECK(api.disposition == SCARD_UNPOWER_CARD);
    session.connect(reader)->close(iso7816::Leave::reset);
    CHECK(api.disposition == SCARD_RESET_CARD);
    api.disposition = 99;
    { const auto dropped = session.connect(reader); }
    CHECK(api.disposition == SCARD_RESET_CARD);
  }
  CHECK(api.contexts == 0);
  CHECK(api.handles == 0);
}

TEST_CASE("a reader's largest command, as its driver tells it") {
  constexpr DWORD features = 0x42000000 + 3400;
  constexpr DWORD properties = 0x42330012;
  // A feature of another kind in front: PIN entry. Codes come with the highest byte first, values with the
  // lowest.
  const Bytes known = from_hex(
      "060442000DB5"
      "120442330012");
  struct Row {
    const char* what;
    Bytes features;
    const char* properties;
    std::optional<std::size_t> max;
  };
  const Row rows[] = {
      {"extended length", known, "0A0400000100", 65535},
      {"extended length, less", known, "0A0400080000", 2048},
      {"short length, of data", known, "0A04FF000000", 255},
      {"short length, of an answer", known, "0A0400010000", 255},
      {"short length, of a command", known, "0A0405010000", 255},
      {"just above", known, "0A0406010000", 262},
      {"the most that four bytes say", known, "0A04FFFFFFFF", 65535},
      {"behind others", known,
       "0B021F0A"
       "0801310A0400000100",
       65535},
      {"unknown to the driver", known, "0A0400000000", std::nullopt},
      {"another property", known, "0B021F0A", std::nullopt},
      {"nothing", known, "", std::nullopt},
      {"cut", known, "0A04000001", std::nullopt},
      {"cut before it", known, "0BFF1F0A0400000100", std::nullopt},
      {"of another size", known, "0A020001", std::nullopt},
      {"no such feature", from_hex("060442000DB5"), "0A0400000100", std::nullopt},
      {"a feature without its code", from_hex("1200"), "0A0400000100", std::nullopt},
      {"no features", {}, "0A0400000100", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    FakeApi api;
    api.controls = {{features, row.features}, {properties, from_hex(row.properties)}};
    CHECK(Session(api).properties(reader).max_command_data == row.max);
    CHECK(api.disposition == SCARD_LEAVE_CARD);
    CHECK(api.handles == 0);
  }

  FakeApi silent;  // its driver refuses every control code
  CHECK_FALSE(Session(silent).properties(reader).max_command_data.has_value());
  CHECK(silent.handles == 0);

  FakeApi held;
  held.fails["SCardConnect"] = SCARD_E_SHARING_VIOLATION;
  const auto failure = failure_of([&] { Session(held).properties(reader); });
  REQUIRE(failure);
  CHECK(failure->code() == Code::card_busy);
}
