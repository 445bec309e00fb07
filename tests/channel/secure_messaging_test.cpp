#include "channel/secure_messaging.hpp"

#include <doctest/doctest.h>

#include <random>

#include "bytes/error.hpp"
#include "channel/padding.hpp"
#include "channel/protected_chip.hpp"
#include "crypto/des.hpp"
#include "support/scripted_card.hpp"
#include "support/seed.hpp"
#include "support/vectors.hpp"

using namespace perso;
using channel::SecureMessaging;
using iso7816::CommandApdu;
using iso7816::ResponseApdu;
using Chip = test::ProtectedChip;
using test::Suite;

namespace {

const std::string ks_enc = "979EC13B1CBFE9DCD01AB0FED307EAE5";
const std::string ks_mac = "F1CB1F1FB5ADF208806B89DC579DC1F8";
const std::string ssc = "887022120C06C226";

Secret key(const std::string& hex) {
  return Secret(from_hex(hex));
}

SecureMessaging open(iso7816::Card& card, const std::string& counter = ssc) {
  return SecureMessaging(card, channel::triple_des(key(ks_enc), key(ks_mac)), from_hex(counter));
}

/// The steps of the published session that are a command and its answer.
std::vector<test::VectorCase> published() {
  std::vector<test::VectorCase> steps;
  for (const auto& each : test::load_vectors("icao9303-11-bac.vec"))
    if (each.has("protected_command")) steps.push_back(each);
  return steps;
}

/// An answer with these data objects and their right MAC for the published session's first command.
std::string with_mac(const std::string& objects, const std::string& status) {
  const Bytes counted = concat({from_hex("887022120C06C228"), from_hex(objects)});
  return objects + "8E08" + to_hex(crypto::retail_mac(key(ks_mac), channel::padded(counted, 8))) + status;
}

std::string encrypted(const std::string& blocks) {
  return to_hex(crypto::des3_cbc_encrypt(key(ks_enc), Bytes(8, 0x00), from_hex(blocks)));
}

std::optional<Error> error_of(SecureMessaging& channel, const CommandApdu& command) {
  try {
    channel.transmit(command);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

const CommandApdu read_four{0x00, 0xB0, 0x00, 0x00, {}, 4};
const CommandApdu read_four_odd{0x00, 0xB1, 0x00, 0x00, {}, 4};

/// Answers with what it is given, to whatever comes.
class Parrot final : public iso7816::Card {
 public:
  ResponseApdu transmit(const CommandApdu& command) override {
    last = command;
    commands += 1;
    if (torn) throw Error(Code::card_torn, "the card is gone");
    return ResponseApdu::parse(answer);
  }
  Bytes answer{0x90, 0x00};
  CommandApdu last;
  int commands = 0;
  bool torn = false;
};

const auto& suites = test::suites;

}  // namespace

TEST_CASE("the published session, command by command") {
  test::ScriptedCard card;
  SecureMessaging channel = open(card);
  const auto steps = published();
  REQUIRE(steps.size() == 3);
  for (const auto& step : steps) {
    CAPTURE(step.name);
    card.expect(step.text("protected_command"), step.text("protected_response"));
    const ResponseApdu plain = channel.transmit(CommandApdu::parse(step.hex("plain_command")));
    CHECK(to_hex(plain.encode()) == step.text("plain_response"));
  }
}

TEST_CASE("odd INS, extended length, warnings, refusals, counters that carry") {
  const auto cases = test::load_vectors("secure-messaging.vec");
  CHECK(cases.size() == 10);
  for (const auto& each : cases) {
    CAPTURE(each.name);
    test::ScriptedCard card;
    card.expect(each.text("protected_command"), each.text("protected_response"));
    SecureMessaging channel = open(card, each.text("SSC"));
    const ResponseApdu plain = channel.transmit(CommandApdu::parse(each.hex("plain_command")));
    CHECK(to_hex(plain.encode()) == each.text("plain_response"));
  }
}

TEST_CASE("an answer that fails its check closes the channel for good") {
  const std::string data = "870901" + encrypted("60145F0180000000");
  struct Wrong {
    const char* what;
    std::string answer;
    CommandApdu command = read_four;
  };
  const Wrong wrong[] = {
      {"a bare success", "9000"},
      {"secure messaging objects missing", "6987"},
      {"secure messaging objects wrong", "6988"},
      {"a bare refusal", "6982"},
      {"data in the clear", "60145F019000"},
      {"data in the clear beside a right answer", with_mac("99029000", "9000").insert(0, "60145F01")},
      {"another MAC", "990290008E0800000000000000009000"},
      {"a bit of the data",
       [&data] {
         std::string answer = with_mac(data + "99029000", "9000");
         answer[8] = answer[8] == '0' ? '1' : '0';
         return answer;
       }()},
      {"no MAC", "990290009000"},
      {"a MAC of no bytes", "990290008E009000"},
      {"half a MAC", with_mac("99029000", "").replace(8, 4, "8E04").substr(0, 20) + "9000"},
      {"no status", with_mac(data, "9000")},
      {"another status than the one outside", with_mac("99026282", "9000")},
      {"a status of one byte", with_mac("990190", "9000")},
      {"a status of three bytes", with_mac("9903900000", "9000")},
      {"the status twice", with_mac("9902900099029000", "9000")},
      {"the MAC twice", with_mac("99029000", "").append(with_mac("99029000", "9000").substr(8))},
      {"an object behind the MAC", with_mac("99029000", "") + "99029000" + "9000"},
      {"an object that nobody asked for", with_mac("8001FF99029000", "9000")},
      {"objects out of order", with_mac("99029000" + data, "9000")},
      {"a cut object", with_mac("99029000", "").substr(0, 22) + "9000"},
      {"a length that goes on for ever", "8784FFFFFFFF019000"},
      {"another padding indicator", with_mac("870902" + encrypted("60145F0180000000") + "99029000", "9000")},
      {"no padding", with_mac("870901" + encrypted("60145F0160145F01") + "99029000", "9000")},
      {"no padding in zeros", with_mac("870901" + encrypted("0000000000000000") + "99029000", "9000")},
      {"no whole block", with_mac("8708011122334455667799029000", "9000")},
      {"no block", with_mac("87010199029000", "9000")},
      {"nothing in the data object", with_mac("870099029000", "9000")},
      {"DO 85 for an even INS", with_mac("8508" + encrypted("60145F0180000000") + "99029000", "9000")},
      {"DO 87 for an odd INS", with_mac(data + "99029000", "9000"), read_four_odd},
  };
  for (const Wrong& each : wrong) {
    CAPTURE(each.what);
    Parrot card;
    card.answer = from_hex(each.answer);
    SecureMessaging channel = open(card);
    for (int again = 0; again < 2; ++again) {
      const auto error = error_of(channel, each.command);
      REQUIRE(error.has_value());
      CHECK(name_of(error->code()) == name_of(Code::channel_broken));
    }
    CHECK(card.commands == 1);
  }
}

TEST_CASE("what is wrong above is right but for that: the same answers without the fault pass") {
  for (const std::string& objects :
       {std::string("99029000"), "870901" + encrypted("60145F0180000000") + "99029000",
        "870901" + encrypted("8000000000000000") + "99029000",
        // a length in two bytes where one would do
        "87810901" + encrypted("60145F0180000000") + "99029000"}) {
    CAPTURE(objects);
    Parrot card;
    card.answer = from_hex(with_mac(objects, "9000"));
    SecureMessaging channel = open(card);
    CHECK_FALSE(error_of(channel, read_four).has_value());
  }
}

TEST_CASE("a bare status word is told to who asked") {
  Parrot card;
  card.answer = {0x69, 0x88};
  SecureMessaging channel = open(card);
  CHECK(error_of(channel, read_four)->status_word() == 0x6988);
}

TEST_CASE("an answer that was given before does not pass for the next one") {
  const auto steps = published();
  test::ScriptedCard card;
  SecureMessaging channel = open(card);
  card.expect(steps[0].text("protected_command"), steps[0].text("protected_response"));
  channel.transmit(CommandApdu::parse(steps[0].hex("plain_command")));
  card.expect(steps[1].text("protected_command"), steps[0].text("protected_response"));
  const auto error = error_of(channel, CommandApdu::parse(steps[1].hex("plain_command")));
  REQUIRE(error.has_value());
  CHECK(error->code() == Code::channel_broken);
}

TEST_CASE("the answer to a later command does not pass for this one's") {
  const auto steps = published();
  test::ScriptedCard card;
  SecureMessaging channel = open(card);
  card.expect(steps[0].text("protected_command"), steps[1].text("protected_response"));
  CHECK(error_of(channel, CommandApdu::parse(steps[0].hex("plain_command")))->code() == Code::channel_broken);
}

TEST_CASE("a command that got no answer ends the channel: the counters may have parted") {
  Parrot card;
  card.torn = true;
  SecureMessaging channel = open(card);
  CHECK(error_of(channel, read_four)->code() == Code::card_torn);
  CHECK(error_of(channel, read_four)->code() == Code::channel_broken);
  CHECK(card.commands == 1);
}

TEST_CASE("a command that is too long is not sent, and the channel stays as it was") {
  const auto steps = published();
  test::ScriptedCard card;
  SecureMessaging channel = open(card);
  CHECK(error_of(channel, {0x00, 0xD6, 0x00, 0x00, Bytes(65530), 0})->code() == Code::malformed);
  card.expect(steps[0].text("protected_command"), steps[0].text("protected_response"));
  CHECK(channel.transmit(CommandApdu::parse(steps[0].hex("plain_command"))).status.ok());
}

TEST_CASE("the room in an answer is promised exactly, with the blocks of each cipher") {
  struct Row {
    const Suite& suite;
    std::size_t block, of_256, least, most;  // least: the shortest answer with room for data
  };
  for (const Row& row : {Row{suites[0], 8, 231, 25, 65511}, Row{suites[3], 16, 223, 33, 65503}}) {
    CAPTURE(row.block);
    Parrot card;
    const SecureMessaging channel(card, row.suite.cipher());
    CHECK(channel.plain_capacity(256) == row.of_256);
    CHECK(channel.plain_capacity(0) == 0);
    CHECK(channel.plain_capacity(row.least - 1) == 0);
    CHECK(channel.plain_capacity(row.least) == row.block - 1);
    CHECK(channel.plain_capacity(65536) == row.most);
    CHECK(channel.plain_capacity(65535) == row.most);
    const auto size = [&](std::size_t plain_size) {
      const std::size_t value = 1 + (plain_size / row.block + 1) * row.block;
      return 1 + (value < 128 ? 1u : value < 256 ? 2u : 3u) + value + 4 + 10;
    };
    std::size_t too_long = 0, too_short = 0;
    for (std::size_t ne = row.least; ne <= 65536; ++ne) {
      const std::size_t plain = channel.plain_capacity(ne);
      too_long += size(plain) > ne;
      too_short += size(plain + 1) <= ne;
    }
    CHECK(too_long == 0);
    CHECK(too_short == 0);
  }
}

TEST_CASE("the most that fits comes back, with each cipher, odd INS too") {
  for (const Suite& suite : suites) {
    for (const std::size_t ne : {std::size_t{256}, std::size_t{65536}}) {
      for (const std::uint8_t ins : {std::uint8_t{0xB0}, std::uint8_t{0xB1}}) {
        Chip chip(suite.cipher());
        SecureMessaging channel(chip, suite.cipher());
        const Bytes most(channel.plain_capacity(ne), 0x5A);
        chip.says = [&](const CommandApdu&) { return ResponseApdu{most, iso7816::sw::success}; };
        CAPTURE(suite.name);
        CAPTURE(ne);
        const ResponseApdu plain = channel.transmit({0x00, ins, 0x00, 0x00, {}, ne});
        CHECK(plain.data == most);
        CHECK(chip.last_answer.data.size() <= ne);
        CHECK(channel.transmit({0x00, ins, 0x00, 0x00, Bytes(300, 0x11), ne}).data == most);
        CHECK(chip.heard.back().data == Bytes(300, 0x11));
        CHECK(chip.heard.back().ne == ne);
      }
    }
  }
}

TEST_CASE("the class says secure messaging, whatever it said before") {
  struct Row {
    std::uint8_t plain, sent;
  };
  for (const Row& row :
       {Row{0x00, 0x0C}, Row{0x10, 0x1C}, Row{0x80, 0x8C}, Row{0x84, 0x8C}, Row{0x90, 0x9C}}) {
    CAPTURE(row.plain);
    Parrot card;
    SecureMessaging channel = open(card);
    CHECK(error_of(channel, {row.plain, 0xCA, 0x9F, 0x7F, {}, 256}).has_value());
    CHECK(card.last.cla == row.sent);
  }
}

TEST_CASE("a channel that is closed says nothing more") {
  Parrot card;
  SecureMessaging channel = open(card);
  channel.close();
  CHECK(error_of(channel, read_four)->code() == Code::channel_broken);
  CHECK(card.commands == 0);
}

TEST_CASE("with AES, too: a wrong MAC, a wrong counter, a cut, an answer of before, another card's") {
  for (const Suite& suite : suites) {
    CAPTURE(suite.name);
    const auto answers_with = [&](auto&& change) {
      Chip chip(suite.cipher());
      chip.says = [](const CommandApdu&) { return ResponseApdu{from_hex("60145F01"), iso7816::sw::success}; };
      chip.change = change;
      SecureMessaging channel(chip, suite.cipher());
      std::optional<Error> error;
      for (int command = 0; command < 2 && !error; ++command) error = error_of(channel, read_four);
      return error ? std::string(name_of(error->code())) : "none";
    };
    const std::string broken(name_of(Code::channel_broken));
    CHECK(answers_with([](ResponseApdu&) {}) == "none");
    CHECK(answers_with([](ResponseApdu& answer) { answer.data.back() ^= 0x01; }) == broken);  // of the MAC
    CHECK(answers_with([](ResponseApdu& answer) { answer.data[4] ^= 0x80; }) == broken);
    CHECK(answers_with([](ResponseApdu& answer) { answer.data.erase(answer.data.begin() + 5); }) == broken);
    CHECK(answers_with([](ResponseApdu& answer) { answer.data.pop_back(); }) == broken);
    CHECK(answers_with([](ResponseApdu& answer) { answer = {{}, iso7816::StatusWord{0x6987}}; }) == broken);
    CHECK(answers_with([first = std::optional<ResponseApdu>()](ResponseApdu& answer) mutable {
            if (!first) first = answer;
            answer = *first;
          }) == broken);
    Chip ahead(suite.cipher());
    ahead.skip();
    SecureMessaging behind(ahead, suite.cipher());
    CHECK(error_of(behind, read_four)->code() == Code::channel_broken);
  }
}

TEST_CASE("a card that takes another's place in the middle is noticed") {
  for (const Suite& suite : suites) {
    CAPTURE(suite.name);
    /// The first card for one command, then the second.
    class Swapped final : public iso7816::Card {
     public:
      explicit Swapped(const Suite& suite) : first_(suite.cipher()), second_(suite.cipher(0x99)) {
        second_.skip(2);
      }
      ResponseApdu transmit(const CommandApdu& command) override {
        return (commands++ == 0 ? first_ : second_).transmit(command);
      }
      int commands = 0;

     private:
      Chip first_, second_;
    };
    Swapped card(suite);
    SecureMessaging channel(card, suite.cipher());
    CHECK_FALSE(error_of(channel, read_four).has_value());
    CHECK(error_of(channel, read_four)->code() == Code::channel_broken);
    CHECK(error_of(channel, read_four)->code() == Code::channel_broken);
    CHECK(card.commands == 2);
  }
}

TEST_CASE("hostile answers are refused or read, and nothing else") {
  const std::uint64_t seed = test::seed_option().value_or(20260417);
  MESSAGE("seed ", seed);
  std::mt19937_64 random(seed);
  const auto steps = published();
  const Bytes good = steps[1].hex("protected_response");
  for (int draw = 0; draw < 20'000; ++draw) {
    Parrot card;
    if (draw % 2 == 0) {  // of random bytes
      card.answer.resize(2 + random() % 64);
      for (std::uint8_t& byte : card.answer) byte = static_cast<std::uint8_t>(random());
    } else {  // a right one with up to three bytes changed, and perhaps cut
      card.answer = good;
      for (auto changes = random() % 3 + 1; changes > 0; --changes)
        card.answer[random() % good.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
      if (random() % 4 == 0) card.answer.resize(2 + random() % (good.size() - 2));
    }
    if (card.answer == good) continue;  // one change undid another
    SecureMessaging channel = open(card, "887022120C06C228");
    const auto error = error_of(channel, draw % 3 == 0 ? read_four_odd : read_four);
    REQUIRE(error.has_value());
    REQUIRE(error->code() == Code::channel_broken);
  }
}
