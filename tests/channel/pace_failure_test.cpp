#include <doctest/doctest.h>

#include <random>

#include "channel/pace_cases.hpp"
#include "crypto/curve.hpp"
#include "support/seed.hpp"

using namespace perso;
using test::PaceRun;

namespace {

Bytes object(std::uint32_t tag, const Bytes& value) {
  return tlv::encode(tlv::Tag{tag}, value);
}

std::string answer(const Bytes& contents) {
  return to_hex(object(0x7C, contents)) + "9000";
}

/// What the run fails with where the chip answers one step (0: MSE:Set AT) so, and no step is sent behind it.
std::optional<Error> failure(PaceRun run, std::size_t step, const std::string& said) {
  run.answers.at(step) = said;
  return run.failure(step + 1);
}

std::string code_of(const std::optional<Error>& error) {
  return error ? std::string(name_of(error->code())) : "none";
}

const std::string broken(name_of(Code::channel_broken));

}  // namespace

TEST_CASE("a chip that refuses says why, and nothing of what opens it is told") {
  struct Refusal {
    std::size_t step;
    const char* said;
    Code code;
    std::uint16_t status;
  };
  for (const Refusal& each : {Refusal{0, "6A88", Code::command_refused, 0x6A88},
                              {0, "6A80", Code::command_refused, 0x6A80},
                              {0, "6985", Code::command_refused, 0x6985},
                              {0, "63C0", Code::command_refused, 0x63C0},
                              {1, "6985", Code::command_refused, 0x6985},
                              {1, "6700", Code::command_refused, 0x6700},
                              {2, "6A80", Code::command_refused, 0x6A80},
                              {3, "6A80", Code::command_refused, 0x6A80},
                              {3, "6300", Code::command_refused, 0x6300},
                              {4, "6300", Code::keys_do_not_open, 0x6300},
                              {4, "63C2", Code::keys_do_not_open, 0x63C2},
                              {4, "6982", Code::keys_do_not_open, 0x6982},
                              {4, "6988", Code::keys_do_not_open, 0x6988},
                              {4, "6A80", Code::keys_do_not_open, 0x6A80},
                              {4, "6D00", Code::command_refused, 0x6D00}}) {
    CAPTURE(each.step);
    CAPTURE(each.said);
    const auto error = failure(test::published_pace("BSI"), each.step, each.said);
    REQUIRE(error.has_value());
    CHECK(name_of(error->code()) == name_of(each.code));
    CHECK(error->status_word() == each.status);
    CHECK(std::string(error->what()).find("123456") == std::string::npos);
  }
}

TEST_CASE("another number than the card's: the chip's token shows it, even where the chip takes ours") {
  PaceRun run = test::published_pace("BSI");
  run.access.access_number = "123457";
  test::DeafChip card(run);
  std::optional<Error> error;
  try {
    run.open(card);
  } catch (const Error& caught) {
    error = caught;
  }
  CHECK(code_of(error) == name_of(Code::keys_do_not_open));
  CHECK_FALSE(error->status_word().has_value());
}

TEST_CASE("the chip's token must be its own, whole") {
  const PaceRun run = test::published_pace("G.1");
  const std::string wrong_key(name_of(Code::keys_do_not_open));
  CHECK(code_of(failure(run, 4, answer(object(0x86, from_hex("3ABB9674BCE93C09"))))) == wrong_key);
  CHECK(code_of(failure(run, 4, answer(object(0x86, from_hex("BABB9674BCE93C08"))))) == wrong_key);
  // The terminal's token comes back.
  CHECK(code_of(failure(run, 4, answer(object(0x86, from_hex("C2B0BD78D94BA866"))))) == wrong_key);
  CHECK(code_of(failure(run, 4, answer(object(0x86, from_hex("3ABB9674BCE93C"))))) == broken);
  CHECK(code_of(failure(run, 4, answer(object(0x86, from_hex("3ABB9674BCE93C0800"))))) == broken);
  CHECK(code_of(failure(run, 4, answer(object(0x86, {})))) == broken);
}

TEST_CASE("names of certification authorities beside the token are passed over") {
  PaceRun run = test::published_pace("G.1");
  const Bytes token = object(0x86, from_hex("3ABB9674BCE93C08")), name = object(0x87, {0x41, 0x42});
  run.answers[4] = answer(concat({token, name, object(0x88, {0x43})}));
  CHECK(code_of(run.failure(5)) == "none");
  CHECK(code_of(failure(run, 4, answer(concat({name, token})))) == broken);
}

TEST_CASE("a public key that is none, of each step that brings one") {
  const PaceRun curve = test::published_pace("G.1");
  const crypto::Curve group("brainpoolP256r1");
  const Bytes good = group.generator();
  Bytes off = good, compressed(good.begin(), good.begin() + 33), beyond = good, hybrid = good;
  off.back() ^= 0x01;
  compressed[0] = 0x02;
  hybrid[0] = 0x06;
  std::ranges::copy(group.p(), beyond.begin() + 1);
  const Bytes zeros = concat({Bytes{0x04}, Bytes(64)});
  const Bytes other_curve = crypto::Curve("secp256r1").generator();
  const Bytes longer = concat({good, Bytes{0x00}});
  for (const std::size_t step : {2u, 3u}) {
    const std::uint32_t tag = step == 2 ? 0x82 : 0x84;
    CAPTURE(step);
    for (const Bytes& point : {off, compressed, beyond, hybrid, zeros, other_curve, longer, Bytes{0x00},
                               Bytes{}, Bytes(good.begin() + 1, good.end())}) {
      CAPTURE(to_hex(point));
      CHECK(code_of(failure(curve, step, answer(object(tag, point)))) == broken);
    }
  }
}

TEST_CASE("a number that is no public key, of each step that brings one") {
  for (const char* name : {"G.2", "modp-2048-256 DH-GM"}) {
    const PaceRun run = name[0] == 'G' ? test::published_pace(name) : test::computed_pace(name);
    CAPTURE(name);
    const crypto::DhGroup& group = crypto::rfc5114_group(run.info.parameters);
    const std::size_t size = group.p.size();
    const auto number = [size](std::uint8_t last) {
      Bytes bytes(size);
      bytes.back() = last;
      return bytes;
    };
    Bytes last = group.p;
    const Bytes not_of_order = number(2), longer = concat({Bytes(1), group.g});
    last.back() = static_cast<std::uint8_t>(last.back() - 1);
    for (const std::size_t step : {2u, 3u}) {
      const std::uint32_t tag = step == 2 ? 0x82 : 0x84;
      CAPTURE(step);
      for (const Bytes& y : {number(0), number(1), Bytes{}, Bytes{0x01}, last, group.p, Bytes(size, 0xFF),
                             not_of_order, longer}) {
        CAPTURE(to_hex(y));
        CHECK(code_of(failure(run, step, answer(object(tag, y)))) == broken);
      }
    }
  }
}

TEST_CASE("the terminal's own public key does not come back") {
  for (const char* name : {"G.1", "G.2", "H.1", "I.1"}) {
    const PaceRun run = test::published_pace(name);
    const bool maps = name[0] != 'H';
    for (const std::size_t step : maps ? std::vector<std::size_t>{2, 3} : std::vector<std::size_t>{3}) {
      CAPTURE(name);
      CAPTURE(step);
      const auto command = iso7816::CommandApdu::parse(from_hex(run.commands[step]));
      const auto own = tlv::single(tlv::single(command.data).value);
      const Bytes key(own.value.begin(), own.value.end());
      const auto error = failure(run, step, answer(object(step == 2 ? 0x82 : 0x84, key)));
      REQUIRE(code_of(error) == broken);
      CHECK(std::string(error->what()).find("back") != std::string::npos);
    }
  }
}

TEST_CASE("a chip that maps the generator to nothing") {
  // H = -s * G: the chip would have to know the terminal's private value, as this test does.
  const PaceRun run = test::published_pace("G.1");
  const crypto::Curve group("brainpoolP256r1");
  const crypto::Modulus order(group.order());
  const Bytes s = order.reduce(from_hex("3F00C4D39D153F2B2A214A078D899B22"));
  const Bytes x = from_hex("7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99");
  const Secret y(order.multiply(order.subtract(Bytes(32), s), order.inverse(x)));
  test::SeededRandom random(7);
  const Bytes point = group.multiply(group.generator(), y, random);
  CHECK(code_of(failure(run, 2, answer(object(0x82, point)))) == broken);
}

TEST_CASE("a nonce of a wrong size") {
  const PaceRun run = test::published_pace("G.1");
  for (const std::size_t size : {0u, 1u, 8u, 15u, 17u, 24u, 80u, 200u}) {
    CAPTURE(size);
    CHECK(code_of(failure(run, 1, answer(object(0x80, Bytes(size, 0x5A))))) == broken);
  }
  // Integrated mapping takes one size alone.
  PaceRun longer = test::published_pace("H.1");
  longer.answers[1] = answer(object(0x80, Bytes(32, 0x5A)));
  CHECK(code_of(longer.failure(3)) == broken);
}

TEST_CASE("a nonce of nothing") {
  PaceRun run = test::published_pace("G.1");
  const Secret key = channel::derive_password_key(channel::printed_secret(*run.access.printed).expose(),
                                                  channel::Cipher::aes_128);
  run.answers[1] = answer(object(0x80, crypto::aes_cbc_encrypt(key, Bytes(16), Bytes(16))));
  CHECK(code_of(run.failure(3)) == broken);
}

TEST_CASE("the chip's data of integrated mapping may be left out") {
  PaceRun run = test::published_pace("H.1");
  run.answers[2] = "7C009000";
  CHECK(code_of(run.failure(5)) == "none");
}

TEST_CASE("dynamic authentication data of another form, in every step") {
  const PaceRun run = test::published_pace("I.1");
  constexpr std::uint32_t tags[] = {0, 0x80, 0x82, 0x84, 0x86};
  for (std::size_t step = 1; step < test::pace_steps; ++step) {
    CAPTURE(step);
    const Bytes right = from_hex(run.answers[step]);
    const Bytes data(right.begin(), right.end() - 2);
    const auto whole = tlv::single(data);
    const Bytes contents(whole.value.begin(), whole.value.end());
    const auto first = tlv::Reader(contents).next();
    const Bytes value(first.value.begin(), first.value.end());
    const Bytes wrong_tag = object(tags[step] + 1, value);
    for (const std::string& said :
         {std::string("9000"), std::string("7C009000"), std::string("7C809000"), to_hex(contents) + "9000",
          to_hex(object(0x7D, contents)) + "9000", to_hex(data) + "009000",
          to_hex(Bytes(data.begin(), data.end() - 1)) + "9000", answer(concat({contents, Bytes{0x00}})),
          answer(concat({contents, object(0x99, {0x01})})), answer(concat({object(0x99, {0x01}), contents})),
          answer(wrong_tag), answer(value), "7C84FFFFFFFF" + to_hex(contents) + "9000",
          "7C8180" + to_hex(contents) + "9000", answer(Bytes(60'000, 0x80))}) {
      CAPTURE(said.substr(0, 60));
      CHECK(code_of(failure(run, step, said)) == broken);
    }
  }
}

TEST_CASE("chip authentication data that are none") {
  const PaceRun run = test::published_pace("I.1");
  const Bytes token = object(0x86, from_hex("8596CF055C67C1A3"));
  const Bytes good = from_hex(
      "1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD10CBA372B42BE0B9B5F28AA8DE2F4F92");
  const auto with_data = [&](const Bytes& data) {
    return code_of(failure(run, 4, answer(concat({token, object(0x8A, data)}))));
  };
  CHECK(with_data(good) == "none");
  CHECK(with_data({}) == broken);
  CHECK(with_data(Bytes(good.begin(), good.end() - 1)) == broken);
  CHECK(with_data(Bytes(good.begin(), good.end() - 16)) == broken);  // no padding
  CHECK(with_data(Bytes(good.begin() + 16, good.end())) == "none");  // is short, and proves nothing
  CHECK(with_data(Bytes(160, 0x5A)) == broken);
  CHECK(code_of(failure(run, 4, answer(token))) == broken);
}

TEST_CASE("hostile answers open nothing, in every step") {
  const std::uint64_t seed = test::seed_option().value_or(20261122);
  MESSAGE("seed ", seed);
  std::mt19937_64 random(seed);
  const PaceRun runs[] = {test::published_pace("I.1"), test::published_pace("H.1"),
                          test::published_pace("G.2")};
  for (int draw = 0; draw < 600; ++draw) {
    const PaceRun& run = runs[draw % 3];
    const std::size_t step = 1 + random() % 4;
    Bytes said = from_hex(run.answers.at(step));
    if (draw % 2 == 0) {
      for (auto changes = 1 + random() % 3; changes > 0; --changes)
        said.at(random() % (said.size() - 2)) ^= static_cast<std::uint8_t>(1 + random() % 255);
      if (random() % 4 == 0)
        said.erase(said.begin() + static_cast<std::ptrdiff_t>(random() % (said.size() - 2)));
    } else {
      said.resize(random() % 120);
      for (std::uint8_t& byte : said) byte = static_cast<std::uint8_t>(random());
      said.insert(said.end(), {0x90, 0x00});
    }
    CAPTURE(draw);
    PaceRun changed = run;
    changed.answers.at(step) = to_hex(said);
    test::DeafChip card(changed);  // what the terminal says behind a changed answer differs
    try {
      const channel::Pace open = changed.open(card);
      // Integrated mapping's second answer says nothing, and data that prove nothing are no protocol error.
      const bool harmless = (step == 2 && run.name[0] == 'H') || (step == 4 && open.proof.has_value());
      CHECK(harmless);
    } catch (const Error& error) {
      const bool known = error.code() == Code::channel_broken || error.code() == Code::keys_do_not_open;
      CHECK(known);
    }
  }
}
