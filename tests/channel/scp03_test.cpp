#include "channel/scp03.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "bytes/error.hpp"
#include "support/chip_keys.hpp"
#include "support/scripted_card.hpp"
#include "support/vectors.hpp"

using namespace perso;
using channel::InitializeUpdate;
using channel::Scp03;
using channel::SecurityLevel;
using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using iso7816::StatusWord;

namespace {

std::string replaced(std::string text, std::size_t at, const std::string& with) {
  return text.replace(at, with.size(), with);
}

/// A published session: its keys, its challenge, and the commands that open it.
struct Session {
  test::VectorCase vector;
  Bytes answer = from_hex(vector.text("INITIALIZE_UPDATE_response"));
  std::uint8_t version = answer.at(10);
  channel::Scp03Mode mode{vector.hex("host_challenge").size()};
  SecurityLevel level{vector.has("security_level") ? vector.hex("security_level").front()
                                                   : std::uint8_t{0x03}};
  test::ClearChipKeys keys{version, vector.hex("key_ENC"), vector.hex("key_MAC"), vector.hex("key_DEK")};
  test::RepeatedRandom random{vector.hex("host_challenge")};

  /// As published, but for the key version, which is always asked for by its number here, and for Le, which
  /// one case leaves out.
  std::string initialize_update() const {
    std::string command =
        replaced(vector.text("INITIALIZE_UPDATE_command"), 4, to_hex(ByteView(&version, 1)));
    if (command.size() == 2 * (5 + vector.hex("host_challenge").size())) command += "00";
    return command;
  }
  std::string external_authenticate() const {
    return vector.text(vector.has("EXTERNAL_AUTHENTICATE_command") ? "EXTERNAL_AUTHENTICATE_command"
                                                                   : "EXTERNAL_AUTHENTICATE_level_03");
  }
  void expect_open(test::ScriptedCard& card) const {
    card.expect(initialize_update(), to_hex(answer)).expect(external_authenticate(), "9000");
  }
  Scp03 open(iso7816::Card& card) { return Scp03::open(card, keys, level, random, mode); }
};

Session session(const std::string& name) {
  for (const auto& each : test::load_vectors("scp03.vec"))
    if (each.name == name) return {each};
  throw std::runtime_error("no session " + name);
}

const std::string full_session = "pySim AES128 security level 33";

template <typename Action>
std::optional<Error> error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

#define CHECK_ERROR(expression, expected)                      \
  do {                                                         \
    const auto caught = error_of([&] { (void)(expression); }); \
    REQUIRE(caught.has_value());                               \
    CHECK(name_of(caught->code()) == name_of(expected));       \
  } while (false)

}  // namespace

TEST_CASE("every session of the vectors, command by command") {
  int sessions = 0, commands = 0, answers = 0;
  for (const auto& each : test::load_vectors("scp03.vec")) {
    if (!each.has("S_ENC")) continue;
    CAPTURE(each.name);
    Session session{each};
    test::ScriptedCard card;
    session.expect_open(card);
    Scp03 channel = session.open(card);
    const bool protects_answers = (static_cast<std::uint8_t>(session.level) & 0x10) != 0;
    const std::string suffix = each.has("command_1_level_03") ? "_level_03" : "";

    for (int n = 1; each.has("command_" + std::to_string(n) + suffix); ++n) {
      CAPTURE(n);
      const std::string number = std::to_string(n) + suffix;
      const bool answered = each.has("protected_response_" + number);
      // Where no answer is published: a refusal, which comes without a MAC.
      const std::string answer = answered           ? each.text("protected_response_" + number) + "9000"
                                 : protects_answers ? "6A80"
                                                    : "9000";
      card.expect(each.text("protected_" + number), answer);
      const ResponseApdu plain = channel.transmit(CommandApdu::parse(each.hex("command_" + number)));
      CHECK(plain.data == (answered ? each.hex("plain_response_" + number) : Bytes{}));
      CHECK(plain.status.ok() == (answered || !protects_answers));
      ++commands;
      answers += answered;
    }
    CHECK(card.left() == 0);
    ++sessions;
  }
  CHECK(sessions == 19);
  CHECK(commands == 69);
  CHECK(answers == 19);
}

TEST_CASE("a channel that opens through another way, and goes on over the card itself") {
  Session known = session(full_session);
  test::ScriptedCard opening_way, card;
  known.expect_open(opening_way);
  Scp03 channel = Scp03::open(opening_way, card, known.keys, known.level, known.random);
  CHECK(opening_way.left() == 0);
  card.expect(known.vector.text("protected_1"), "6A80");
  CHECK(channel.transmit(CommandApdu::parse(known.vector.hex("command_1"))).status.value == 0x6A80);
}

TEST_CASE("INITIALIZE UPDATE is read to the last byte") {
  const InitializeUpdate s8 =
      InitializeUpdate::parse(from_hex("00010203040506070809300370"
                                       "1B1ACA81E821F219081CDC01C26B372D010203"));
  CHECK(s8.key_version == 0x30);
  CHECK(s8.i == 0x70);
  CHECK(s8.mode() == channel::Scp03Mode::s8);
  CHECK(to_hex(s8.card_challenge) == "1B1ACA81E821F219");
  CHECK(to_hex(s8.card_cryptogram) == "081CDC01C26B372D");

  const InitializeUpdate random =
      InitializeUpdate::parse(from_hex("000102030405060708093003601B1ACA81E821F219081CDC01C26B372D"));
  CHECK(to_hex(random.card_cryptogram) == "081CDC01C26B372D");

  for (const char* wrong :
       {"", "000102030405060708093003", "000102030405060708093002701B1ACA81E821F219081CDC01C26B372D010203",
        "000102030405060708093003701B1ACA81E821F219081CDC01C26B372D01",
        "000102030405060708093003701B1ACA81E821F219081CDC01C26B372D01020304",
        "000102030405060708093003701B1ACA81E821F219081CDC01C26B37",
        "000102030405060708093003711B1ACA81E821F219081CDC01C26B372D010203"}) {
    CAPTURE(wrong);
    CHECK_ERROR(InitializeUpdate::parse(from_hex(wrong)), Code::chip_foreign);
  }
}

TEST_CASE("the wrong keys are found before EXTERNAL AUTHENTICATE: the script holds one command") {
  Session known = session(full_session);
  const std::string asked = known.initialize_update();
  test::ScriptedCard card;

  SUBCASE("a byte of the card cryptogram differs") {
    Bytes answer = known.answer;
    answer.at(21) ^= 0x01;
    card.expect(asked, to_hex(answer));
    CHECK_ERROR(known.open(card), Code::keys_do_not_open);
  }
  SUBCASE("another key") {
    test::ClearChipKeys other(known.version, known.vector.hex("key_ENC"), Bytes(16, 0x55),
                              known.vector.hex("key_DEK"));
    card.expect(asked, to_hex(known.answer));
    CHECK_ERROR(Scp03::open(card, other, known.level, known.random), Code::keys_do_not_open);
  }
  SUBCASE("another key version answers") {
    Bytes answer = known.answer;
    answer.at(10) ^= 0x01;
    card.expect(asked, to_hex(answer));
    CHECK_ERROR(known.open(card), Code::keys_do_not_open);
  }
  SUBCASE("the version is not on the chip") {
    card.expect(asked, "6A88");
    const auto error = error_of([&] { known.open(card); });
    REQUIRE(error.has_value());
    CHECK(error->code() == Code::keys_do_not_open);
    CHECK(error->status_word() == 0x6A88);
  }
  SUBCASE("the key set is blocked") {
    card.expect(asked, "6983");
    const auto error = error_of([&] { known.open(card); });
    REQUIRE(error.has_value());
    CHECK(error->code() == Code::command_refused);
    CHECK(error->status_word() == 0x6983);
  }
  SUBCASE("the answer is of the other mode") {
    card.expect(asked,
                session("computed S16 AES128 security level 33").vector.text("INITIALIZE_UPDATE_response"));
    CHECK_ERROR(known.open(card), Code::chip_foreign);
  }
  SUBCASE("the chip does not encrypt its answers") {
    Bytes answer = known.answer;
    answer.at(12) = 0x30;
    card.expect(asked, to_hex(answer));
    CHECK_ERROR(known.open(card), Code::chip_foreign);
  }
  CHECK(card.left() == 0);
}

TEST_CASE("a refused EXTERNAL AUTHENTICATE opens nothing") {
  Session known = session(full_session);
  test::ScriptedCard card;
  card.expect(known.initialize_update(), to_hex(known.answer)).expect(known.external_authenticate(), "6300");
  const auto error = error_of([&] { known.open(card); });
  REQUIRE(error.has_value());
  CHECK(error->code() == Code::command_refused);
  CHECK(error->status_word() == 0x6300);
}

TEST_CASE("an answer that fails its check closes the channel for good") {
  Session known = session(full_session);
  const std::string right = known.vector.text("protected_response_1");
  const std::string cut = right.substr(0, right.size() - 2);
  const std::string without_mac = right.substr(0, right.size() - 16);
  const std::string other_mac = replaced(right, right.size() - 1, right.back() == '0' ? "1" : "0");
  const std::string other_data = replaced(right, 0, right.front() == '0' ? "1" : "0");

  struct Wrong {
    const char* what;
    std::string answer;
  };
  const Wrong wrong[] = {
      {"a bit of the MAC", other_mac + "9000"},
      {"a bit of the data", other_data + "9000"},
      {"another status word", right + "6282"},
      {"a byte is missing", cut + "9000"},
      {"the MAC is missing", without_mac + "9000"},
      {"nothing but success", "9000"},
      {"a warning without a MAC", "6282"},
      {"data with an error", right + "6A80"},
      {"fewer bytes than a MAC",
       "01020304050607"
       "9000"},
  };
  for (const Wrong& each : wrong) {
    CAPTURE(each.what);
    test::ScriptedCard card;
    known.expect_open(card);
    card.expect(known.vector.text("protected_1"), each.answer);
    Scp03 channel = known.open(card);
    const CommandApdu command = CommandApdu::parse(known.vector.hex("command_1"));
    CHECK_ERROR(channel.transmit(command), Code::channel_broken);
    CHECK_ERROR(channel.transmit(command), Code::channel_broken);  // and nothing is sent: the script is over
    CHECK(card.left() == 0);
  }
}

TEST_CASE("an answer that was given before does not pass for the next one") {
  Session known = session(full_session);
  test::ScriptedCard card;
  known.expect_open(card);
  const std::string answer = known.vector.text("protected_response_1") + "9000";
  card.expect(known.vector.text("protected_1"), answer).expect(known.vector.text("protected_2"), answer);
  Scp03 channel = known.open(card);
  channel.transmit(CommandApdu::parse(known.vector.hex("command_1")));
  CHECK_ERROR(channel.transmit(CommandApdu::parse(known.vector.hex("command_2"))), Code::channel_broken);
}

TEST_CASE("a right MAC over data that is no ciphertext closes the channel") {
  Session known = session(full_session);
  const Secret s_rmac = Secret::copy_of(known.vector.hex("S_RMAC"));
  // 15 bytes are no whole block; a block of zeros decrypts to something without padding.
  for (const Bytes& data : {Bytes(15, 0x00), Bytes(16, 0x00)}) {
    CAPTURE(data.size());
    const Bytes mac =
        crypto::aes_cmac(s_rmac, concat({known.vector.hex("mac_chaining_1"), data, Bytes{0x90, 0x00}}));
    test::ScriptedCard card;
    known.expect_open(card);
    card.expect(known.vector.text("protected_1"),
                to_hex(concat({data, ByteView(mac).first(8), Bytes{0x90, 0x00}})));
    Scp03 channel = known.open(card);
    CHECK_ERROR(channel.transmit(CommandApdu::parse(known.vector.hex("command_1"))), Code::channel_broken);
  }
}

TEST_CASE("a warning with its MAC, and a refusal without one, are answers") {
  Session known = session(full_session);
  const Secret s_rmac = Secret::copy_of(known.vector.hex("S_RMAC"));
  const Bytes warned =
      crypto::aes_cmac(s_rmac, concat({known.vector.hex("mac_chaining_1"), Bytes{0x63, 0x10}}));
  test::ScriptedCard card;
  known.expect_open(card);
  card.expect(known.vector.text("protected_1"), to_hex(ByteView(warned).first(8)) + "6310")
      .expect(known.vector.text("protected_2"), "6985");
  Scp03 channel = known.open(card);
  CHECK(channel.transmit(CommandApdu::parse(known.vector.hex("command_1"))).status == StatusWord{0x6310});
  CHECK(channel.transmit(CommandApdu::parse(known.vector.hex("command_2"))).status == StatusWord{0x6985});
}

namespace {

/// Opens with a published session and then only measures what is sent.
class Measuring final : public iso7816::Card {
 public:
  explicit Measuring(const Session& known) { known.expect_open(script_); }
  ResponseApdu transmit(const CommandApdu& command) override {
    if (script_.left() > 0) return script_.transmit(command);
    last = command;
    return {{}, iso7816::sw::wrong_data};
  }
  CommandApdu last;

 private:
  test::ScriptedCard script_;
};

}  // namespace

TEST_CASE("room is exact: so many bytes fit into the field, and one more does not") {
  struct Row {
    std::string session;
    std::size_t field, room;
  };
  const Row rows[] = {
      {"pySim AES128 security level 11", 255, 247},
      {"pySim AES128 security level 11", 65535, 65527},
      {full_session, 255, 239},
      {full_session, 1024, 1007},
      {full_session, 65535, 65519},
      {full_session, 24, 15},
      {"computed S16 AES128 security level 33", 255, 223},
      {"computed S16 AES128 security level 33", 1024, 1007},
      {"computed S16 AES128 security level 33", 65535, 65503},
  };
  for (const Row& row : rows) {
    CAPTURE(row.session);
    CAPTURE(row.field);
    Session known = session(row.session);
    Measuring card(known);
    Scp03 channel = known.open(card);
    CHECK(channel.room(row.field) == row.room);
    channel.transmit({0x80, 0xE2, 0x00, 0x00, Bytes(row.room, 0x00), 0});
    CHECK(card.last.data.size() <= row.field);
    if (row.field == 65535) {
      CHECK_ERROR(channel.transmit({0x80, 0xE2, 0x00, 0x00, Bytes(row.room + 1, 0x00), 0}), Code::malformed);
    } else {
      channel.transmit({0x80, 0xE2, 0x00, 0x00, Bytes(row.room + 1, 0x00), 0});
      CHECK(card.last.data.size() > row.field);
    }
  }
  Session known = session(full_session);
  Measuring card(known);
  Scp03 channel = known.open(card);
  for (const std::size_t field : {0u, 7u, 8u, 23u}) CHECK(channel.room(field) == 0);
}

TEST_CASE("Le goes over as it is asked") {
  Session known = session(full_session);
  Measuring card(known);
  Scp03 channel = known.open(card);
  for (const std::size_t asked : {0u, 1u, 16u, 255u, 256u, 257u, 65536u}) {
    CAPTURE(asked);
    channel.transmit({0x80, 0xCA, 0x00, 0x66, {}, asked});
    CHECK(card.last.ne == asked);
  }
}
