// What the chip's side of PACE refuses.
#include <doctest/doctest.h>

#include "crypto/curve.hpp"
#include "crypto/dh.hpp"
#include "pace_examples.hpp"
#include "refusals.hpp"
#include "support/scripted_random.hpp"

namespace perso::vchip {

using perso::test::ScriptedRandom;
using perso::test::SeededRandom;

namespace {

/// A run of generic mapping, brought to a step by a terminal that knows nothing but the forms.
struct Run {
  SeededRandom random{5};
  std::uint8_t parameters;
  PaceCard card;

  Run(Bytes oid, std::uint8_t id) : parameters(id), card(oid, id, Secret(Bytes(6, 0x31)), nullptr, random) {}
  Bytes public_key() {
    const auto group = standardised_group(parameters);
    return group->encoded(group->power(group->generator(), group->random_private(random), random));
  }
  Bytes object(std::uint8_t tag, ByteView value) {
    return tlv::encode(tlv::Tag{0x7C}, tlv::encode(tlv::Tag{tag}, value));
  }
  /// 1: behind the nonce, 2: behind the mapping, 3: behind the agreement
  Run& to(int step) {
    if (step >= 1) card.general_authenticate(from_hex("7C00"));
    if (step >= 2) card.general_authenticate(object(0x81, public_key()));
    if (step >= 3) card.general_authenticate(object(0x83, public_key()));
    return *this;
  }
  std::string answer(const Bytes& data) {
    return refusal_of([&] { card.general_authenticate(data); });
  }
};

}  // namespace

TEST_CASE("PACE: public keys that are refused") {
  const Bytes ecdh = oid_of(2, 2), dh = oid_of(1, 2);
  const crypto::DhGroup& group = crypto::rfc5114_group(0);
  Bytes minus_one = group.p, beside = crypto::Curve("secp256r1").generator();
  minus_one.back() = static_cast<std::uint8_t>(minus_one.back() - 1);
  beside.back() ^= 1;
  const Bytes point = crypto::Curve("secp256r1").generator();
  struct {
    const char* what;
    Bytes oid, key;
  } cases[] = {
      {"no point", ecdh, {}},
      {"infinity", ecdh, {0x00}},
      {"beside the curve", ecdh, beside},
      {"compressed", ecdh, concat({Bytes{0x02}, ByteView(point).subspan(1, 32)})},
      {"hybrid", ecdh, concat({Bytes{0x06}, ByteView(point).subspan(1)})},
      {"cut", ecdh, Bytes(point.begin(), point.end() - 1)},
      {"longer", ecdh, concat({point, Bytes{0}})},
      {"of another curve", ecdh, crypto::Curve("brainpoolP256r1").generator()},
      {"nothing", dh, {}},
      {"0", dh, Bytes(128)},
      {"1", dh, {1}},
      {"p - 1", dh, minus_one},
      {"p", dh, group.p},
      {"of another order", dh, {2}},
      {"with a byte in front", dh, concat({Bytes{0}, group.g})},
  };
  for (const auto& each : cases)
    for (const int step : {1, 2}) {
      CAPTURE(each.what);
      CAPTURE(step);
      Run run(each.oid, each.oid == ecdh ? 12 : 0);
      run.to(step);
      CHECK(run.answer(run.object(step == 1 ? 0x81 : 0x83, each.key)) == "6A80");
      CHECK_FALSE(run.card.succeeded());
      CHECK(run.answer(from_hex("7C00")) == "6985");
      CHECK_FALSE(run.card.at_start());
    }
  // A number without its leading zeros is the same as with them.
  Run run(dh, 0);
  run.to(1);
  CHECK(run.answer(run.object(0x81, group.g)) == "");
}

TEST_CASE("PACE: the chip's own key sent back") {
  for (const std::uint8_t parameters : std::initializer_list<std::uint8_t>{0, 12}) {
    const Bytes oid = oid_of(parameters == 0 ? 1 : 2, 2);
    const auto group = standardised_group(parameters);
    SeededRandom source(6);
    const Secret mapping = group->random_private(source), agreement = group->random_private(source);
    const auto drawn = [](const Secret& secret) {
      return Bytes(secret.expose().begin(), secret.expose().end());
    };
    const Bytes nonce(16, 0x07);
    ScriptedRandom random({nonce, drawn(mapping), drawn(agreement)});
    PaceCard card(oid, parameters, Secret(Bytes(6)), nullptr, random);
    const auto send = [&](std::uint8_t tag, const Bytes& value) {
      return card.general_authenticate(tlv::encode(tlv::Tag{0x7C}, tlv::encode(tlv::Tag{tag}, value)));
    };
    card.general_authenticate(from_hex("7C00"));
    const Bytes own = group->power(group->generator(), mapping, source);
    send(0x81, own);
    const Bytes generator = group->combine(group->power(group->generator(), Secret::copy_of(nonce), source),
                                           group->power(own, mapping, source));
    CHECK(refusal_of([&] { send(0x83, group->power(generator, agreement, source)); }) == "6A80");
  }
}

TEST_CASE("PACE: tokens that are refused") {
  for (const std::string& token :
       {std::string(16, '0'), std::string(14, '0'), std::string(18, '0'), std::string()}) {
    for (const std::uint8_t cipher : std::initializer_list<std::uint8_t>{1, 2}) {
      Run run(oid_of(2, cipher), 12);
      CHECK(run.to(3).answer(run.object(0x85, from_hex(token))) == "6300");
      CHECK_FALSE(run.card.succeeded());
    }
  }
}

TEST_CASE("PACE: forms that are wrong, and steps out of order") {
  struct {
    const char* what;
    int behind;
    const char* data;
    const char* status;
  } cases[] = {
      {"nothing", 0, "", "6A80"},
      {"another template", 0, "7D00", "6A80"},
      {"cut", 0, "7C02", "6A80"},
      {"bytes behind", 0, "7C0000", "6A80"},
      {"an unknown object", 0, "7C028000", "6A80"},
      {"a mapping before the nonce", 0, "7C028100", "6985"},
      {"a token before the nonce", 0, "7C0A85080000000000000000", "6985"},
      {"the nonce again", 1, "7C00", "6985"},
      {"a key before the mapping", 1, "7C028300", "6985"},
      {"two objects", 1, "7C0481008300", "6A80"},
      {"an object that is cut", 1, "7C028105", "6A80"},
      {"a mapping again", 2, "7C028100", "6985"},
      {"a key again", 3, "7C028300", "6985"},
      {"an unknown object", 3, "7C028700", "6A80"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    Run run(oid_of(2, 2), 12);
    CHECK(run.to(each.behind).answer(from_hex(each.data)) == each.status);
    CHECK(run.answer(from_hex("7C00")) == "6985");
  }
  // The second nonce of integrated mapping is as long as a key.
  for (const std::uint8_t cipher : std::initializer_list<std::uint8_t>{1, 2, 3, 4})
    for (const std::size_t size : {0u, 15u, 16u, 17u, 24u, 32u}) {
      Run run(oid_of(4, cipher), 12);
      const bool right = size == key_size(*cipher_named(cipher));
      CHECK(run.to(1).answer(run.object(0x81, Bytes(size, 0x55))) == (right ? "" : "6A80"));
    }
}

TEST_CASE("PACE: what a terminal sends from a seed ends in a status word") {
  SeededRandom random(77);
  for (int i = 0; i < 3000; ++i) {
    CAPTURE(i);
    const auto parameters = static_cast<std::uint8_t>(i % 2 == 0 ? 12 : 0);
    Run run(oid_of(i % 2 == 0 ? 2 : 1, 2), parameters);
    const int step = i % 8 == 7 ? 3 : i % 2;
    run.to(step);
    Bytes data = step == 0 ? from_hex("7C00") : run.object(step == 1 ? 0x81 : 0x85, Bytes(8, 0x40));
    for (std::uint64_t changes = random.next() % 4; changes > 0; --changes)
      data[random.next() % data.size()] = static_cast<std::uint8_t>(random.next());
    data.resize(random.next() % 5 == 0 ? random.next() % 20 : data.size());
    const std::string status = run.answer(data);
    const bool known = status.empty() || status == "6A80" || status == "6985" || status == "6300";
    CHECK(known);
    CHECK_FALSE(run.card.succeeded());
  }
}

}  // namespace perso::vchip
