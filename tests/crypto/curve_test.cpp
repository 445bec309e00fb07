// Points of the known curves, against OpenSSL's parameters, Python's integers and published examples.
#include "crypto/curve.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <fstream>
#include <functional>

#include "bytes/error.hpp"
#include "crypto/scratch.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

struct Known {
  std::string name, openssl;
  std::size_t bits;
};

const Known known[] = {
    {"secp192r1", "prime192v1", 192},
    {"secp224r1", "secp224r1", 224},
    {"secp256r1", "prime256v1", 256},
    {"secp384r1", "secp384r1", 384},
    {"secp521r1", "secp521r1", 521},
    {"brainpoolP192r1", "brainpoolP192r1", 192},
    {"brainpoolP224r1", "brainpoolP224r1", 224},
    {"brainpoolP256r1", "brainpoolP256r1", 256},
    {"brainpoolP320r1", "brainpoolP320r1", 320},
    {"brainpoolP384r1", "brainpoolP384r1", 384},
    {"brainpoolP512r1", "brainpoolP512r1", 512},
    {"sm2p256v1", "SM2", 256},
};

Secret scalar(std::uint8_t value) {
  return Secret(Bytes{value});
}

Code refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::usage;
}

/// The other point with this X coordinate.
Bytes negated(const Curve& curve, ByteView point) {
  const Secret last(curve.order());
  Bytes minus_one(last.expose().begin(), last.expose().end());
  minus_one.back() = static_cast<std::uint8_t>(minus_one.back() - 1);  // the order is odd
  test::SeededRandom random(1);
  return curve.multiply(point, Secret(std::move(minus_one)), random);
}

/// Resident memory of this process in kilobytes.
std::size_t resident() {
  std::ifstream status("/proc/self/statm");
  std::size_t all = 0, pages = 0;
  status >> all >> pages;
  return 4 * pages;
}

const char* affine = R"(import sys
def add(P, Q, a, p):
    if P is None: return Q
    if Q is None: return P
    (x1, y1), (x2, y2) = P, Q
    if x1 == x2 and (y1 + y2) % p == 0: return None
    l = ((3 * x1 * x1 + a) * pow(2 * y1, -1, p) if P == Q else (y2 - y1) * pow(x2 - x1, -1, p)) % p
    x = (l * l - x1 - x2) % p
    return x, (l * (x1 - x) - y1) % p
def times(k, P, a, p):
    R = None
    for bit in bin(k)[2:]:
        R = add(R, R, a, p)
        if bit == '1': R = add(R, P, a, p)
    return R
def point(text):
    h = len(text) // 2
    return int(text[2:h + 1], 16), int(text[h + 1:], 16)
for line in sys.stdin:
    p, a, b, n, P, Q, k, kP, sum = line.split()
    p, a, b, n, k = (int(x, 16) for x in (p, a, b, n, k))
    x, y = point(P)
    assert (y * y - x * x * x - a * x - b) % p == 0
    assert times(n, (x, y), a, p) is None
    assert times(k, (x, y), a, p) == point(kP), 'product'
    assert add((x, y), point(Q), a, p) == point(sum), 'sum'
print('agreed')
)";

}  // namespace

TEST_CASE("curves have OpenSSL's parameters") {
  const test::Scratch scratch;
  for (const Known& each : known) {
    CAPTURE(each.name);
    const Curve curve(each.name);
    CHECK(curve.name() == each.name);
    CHECK(curve.field_bits() == each.bits);
    CHECK(curve.field_size() == (each.bits + 7) / 8);
    CHECK(curve.order_size() == (each.bits + 7) / 8);
    auto outcome = scratch.run("openssl ecparam -name " + each.openssl + " -param_enc explicit -text -noout");
    REQUIRE(outcome.status == 0);
    std::string text;
    for (const char c : outcome.output)
      if (c != ' ' && c != '\n' && c != ':') text += static_cast<char>(std::toupper(c));
    const auto stated = [&](const Bytes& number) {
      const std::string hex = to_hex(number);
      return text.find(hex.substr(std::min(hex.find_first_not_of('0'), hex.size()))) != std::string::npos;
    };
    CHECK(stated(curve.p()));
    CHECK(stated(curve.a()));
    CHECK(stated(curve.b()));
    CHECK(stated(curve.generator()));
    CHECK(stated(curve.order()));
    CHECK(text.find("COFACTOR1(0X1)") != std::string::npos);
  }
  for (const char* other : {"secp256k1", "secp160r1", "brainpool256r1", "SECP256R1", "x25519", ""})
    CHECK(refusal([&] { Curve curve(other); }) == Code::crypto_failed);
}

TEST_CASE("products and sums of points agree with Python") {
  test::SeededRandom random(33);
  std::string lines;
  for (const Known& each : known) {
    const Curve curve(each.name);
    Bytes base = curve.generator();
    for (int i = 0; i < 4; ++i) {
      const Secret factor = curve.random_scalar(random);
      CHECK(factor.size() == curve.order_size());
      const Bytes product = curve.multiply(base, factor, random);
      CHECK(curve.contains(product));
      const Bytes other = curve.multiply(curve.generator(), curve.random_scalar(random), random);
      const Bytes parts[] = {curve.p(),
                             curve.a(),
                             curve.b(),
                             curve.order(),
                             base,
                             other,
                             Bytes(factor.expose().begin(), factor.expose().end()),
                             product,
                             curve.add(base, other)};
      for (const Bytes& part : parts) lines += to_hex(part) + " ";
      lines += "\n";
      base = product;
    }
    CHECK(curve.add(base, base) == curve.multiply(base, scalar(2), random));
    CHECK(curve.multiply(base, scalar(1), random) == base);
  }
  const test::Scratch scratch;
  scratch.write("check.py", as_bytes(affine));
  scratch.write("lines", as_bytes(lines));
  const auto outcome = scratch.run("python3 check.py < lines");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.says("agreed"));
}

TEST_CASE("published keys and mapped generators, ICAO 9303-11 appendices G.1 and I.1") {
  test::SeededRandom random(34);
  std::size_t seen = 0;
  for (const auto& each : test::load_vectors("icao9303-11-pace.vec")) {
    if (!each.has("curve") || !each.has("shared_point_H")) continue;
    CAPTURE(each.name);
    const Curve curve(each.text("curve"));
    const Secret chip(each.hex("chip_mapping_private"));
    CHECK(curve.multiply(curve.generator(), chip, random) == each.hex("chip_mapping_public"));
    const Bytes shared = curve.multiply(each.hex("terminal_mapping_public"), chip, random);
    CHECK(shared == each.hex("shared_point_H"));
    const Bytes mapped =
        curve.add(curve.multiply(curve.generator(), Secret(each.hex("nonce_s")), random), shared);
    CHECK(mapped == each.hex("mapped_generator"));
    CHECK(curve.multiply(mapped, Secret(each.hex("terminal_agreement_private")), random) ==
          each.hex("terminal_agreement_public"));
    if (each.has("chip_static_private_SK_IC")) {
      const Secret data = curve.divide(chip, Secret(each.hex("chip_static_private_SK_IC")));
      CHECK(to_hex(data.expose()) == each.text("chip_authentication_data_CA_IC"));
    }
    ++seen;
  }
  CHECK(seen == 3);
}

TEST_CASE("what is no point of a curve is refused") {
  test::SeededRandom random(35);
  for (const Known& each : known) {
    CAPTURE(each.name);
    const Curve curve(each.name);
    const Bytes good = curve.generator();
    REQUIRE(curve.contains(good));
    const std::size_t size = curve.field_size();
    Bytes beside = good, hybrid = good, compressed(good.begin(), good.begin() + 1 + std::ptrdiff_t(size));
    beside.back() ^= 1;
    hybrid[0] = 0x06;
    compressed[0] = 0x02;
    Bytes x_too_large = good;
    std::ranges::copy(curve.p(), x_too_large.begin() + 1);
    Bytes longer = good;
    longer.push_back(0);
    const Bytes cases[] = {{},
                           {0x00},
                           {0x04},
                           beside,
                           hybrid,
                           compressed,
                           x_too_large,
                           longer,
                           Bytes(good.begin(), good.end() - 1),
                           Bytes(good.size()),
                           Bytes(good.size(), 0xFF)};
    for (const Bytes& bad : cases) {
      CHECK_FALSE(curve.contains(bad));
      CHECK(refusal([&] { curve.multiply(bad, scalar(3), random); }) == Code::malformed);
      CHECK(refusal([&] { curve.add(good, bad); }) == Code::malformed);
      CHECK(refusal([&] { curve.add(bad, good); }) == Code::malformed);
    }
    CHECK(refusal([&] { curve.multiply(good, scalar(0), random); }) == Code::crypto_failed);
    CHECK(refusal([&] { curve.multiply(good, Secret(curve.order()), random); }) == Code::crypto_failed);
    CHECK(refusal([&] { curve.add(good, negated(curve, good)); }) == Code::crypto_failed);
    CHECK(refusal([&] { curve.divide(scalar(1), scalar(0)); }) == Code::crypto_failed);
  }
  const Bytes elsewhere = Curve("brainpoolP256r1").generator();
  CHECK_FALSE(Curve("secp256r1").contains(elsewhere));
}

TEST_CASE("many mapped generators on many copies of a curve hold no memory") {
  test::SeededRandom random(36);
  const auto one_run = [&] {
    const Curve curve("brainpoolP256r1");
    const Bytes mapped = curve.multiply(curve.generator(), curve.random_scalar(random), random);
    curve.multiply(mapped, curve.random_scalar(random), random);
  };
  for (int i = 0; i < 200; ++i) one_run();
  const std::size_t before = resident();
  for (int i = 0; i < 1000; ++i) one_run();
  CHECK(resident() < before + 2000);  // a group for each would take 58 MB
}
