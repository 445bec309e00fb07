// Modular arithmetic against Python's integers.
#include "crypto/modular.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "bytes/error.hpp"
#include "crypto/scratch.hpp"
#include "support/scripted_random.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

Bytes drawn(Random& random, std::size_t size) {
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

Code refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::usage;
}

const char* arithmetic = R"(import sys
for line in sys.stdin:
    name, m, a, b, got = line.split()
    m, a, b, got = (int(x, 16) for x in (m, a, b, got))
    want = {'reduce': a % m, 'add': (a + b) % m, 'subtract': (a - b) % m, 'multiply': a * b % m,
            'power': pow(a, b, m), 'inverse': pow(a, -1, m) if name == 'inverse' else 0,
            'divide': a * pow(b, -1, m) % m if name == 'divide' else 0}[name]
    assert got == want, name
print('agreed')
)";

}  // namespace

TEST_CASE("modular arithmetic agrees with Python") {
  test::SeededRandom random(20260514);
  std::string lines;
  for (const std::size_t size : {16u, 20u, 32u, 66u, 128u, 256u, 512u}) {
    Bytes number = drawn(random, size);
    number.front() |= 0x01;  // no leading zero
    number.back() |= 0x01;
    const Modulus modulus(number);
    REQUIRE(modulus.size() == size);
    const auto note = [&](const char* name, ByteView a, ByteView b, ByteView result) {
      CHECK(result.size() == size);
      lines += std::string(name) + " " + to_hex(number) + " " + to_hex(a) + " " + to_hex(b) + " " +
               to_hex(result) + "\n";
    };
    for (int i = 0; i < (size > 128 ? 1 : 8); ++i) {
      const Bytes wide = drawn(random, 2 * size);
      note("reduce", wide, wide, modulus.reduce(wide));
      const Secret a = modulus.random(random), b = modulus.random(random);
      const ByteView left = a.expose(), right = b.expose();
      note("add", left, right, modulus.add(left, right));
      note("subtract", left, right, modulus.subtract(left, right));
      note("multiply", left, right, modulus.multiply(left, right));
      note("power", left, right, modulus.power(left, right));
      note("power", left, right, modulus.power(left, b));
      try {
        note("inverse", left, left, modulus.inverse(left));
        note("divide", left, right, modulus.divide(a, b).expose());
      } catch (const Error&) {
        continue;  // the modulus is no prime: some have no inverse
      }
    }
    const Bytes zero(size);
    note("subtract", zero, zero, modulus.subtract(zero, zero));
    note("power", modulus.random(random).expose(), zero, modulus.power(modulus.reduce(Bytes{2}), zero));
  }
  const test::Scratch scratch;
  scratch.write("check.py", as_bytes(arithmetic));
  scratch.write("lines", as_bytes(lines));
  const auto outcome = scratch.run("python3 check.py < lines");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.says("agreed"));
  CHECK(std::ranges::count(lines, '\n') > 250);
}

TEST_CASE("a modulus, and operands, that are refused") {
  Bytes prime = from_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF61");  // 2^128 - 159
  const auto set_up = [](const Bytes& number) { return refusal([&] { Modulus modulus(number); }); };
  CHECK(set_up(prime) == Code::usage);
  CHECK(set_up(concat({Bytes(3), prime})) == Code::usage);
  CHECK(Modulus(concat({Bytes(3), prime})).size() == 16);
  CHECK(set_up({}) == Code::malformed);
  CHECK(set_up(Bytes(16)) == Code::malformed);
  CHECK(set_up(from_hex("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")) == Code::malformed);  // 127 bits
  CHECK(set_up(from_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF60")) == Code::malformed);  // even
  Bytes longest(512, 0xFF);
  CHECK(set_up(longest) == Code::usage);
  longest.push_back(0xFF);
  CHECK(set_up(longest) == Code::malformed);

  const Modulus modulus(prime);
  const Bytes one = modulus.reduce(Bytes{1});
  CHECK(refusal([&] { modulus.add(prime, one); }) == Code::crypto_failed);
  CHECK(refusal([&] { modulus.multiply(one, Bytes(17, 0x01)); }) == Code::crypto_failed);
  CHECK(refusal([&] { modulus.inverse(Bytes(16)); }) == Code::crypto_failed);
  CHECK(refusal([&] { modulus.reduce(Bytes(1025)); }) == Code::crypto_failed);
  CHECK(modulus.reduce(Bytes(1024)) == Bytes(16));
}

TEST_CASE("a number at random is drawn again while it is out of range") {
  // 130 bits: of the first byte of 17, two are kept.
  const Modulus modulus(from_hex("0200000000000000000000000000000001"));
  test::ScriptedRandom random({Bytes(17), from_hex("FF00000000000000000000000000000000"),
                               from_hex("0200000000000000000000000000000001"),
                               from_hex("FE00000000000000000000000000000000")});
  CHECK(to_hex(modulus.random(random).expose()) == "0200000000000000000000000000000000");
  CHECK(random.all_drawn());
}
