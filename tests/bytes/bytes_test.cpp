#include "bytes/bytes.hpp"

#include <doctest/doctest.h>

#include <array>

#include "bytes/clock.hpp"
#include "bytes/error.hpp"

using namespace perso;

TEST_CASE("hexadecimal goes both ways") {
  const Bytes bytes{0x00, 0x9F, 0xA0, 0xFF};
  CHECK(to_hex(bytes) == "009FA0FF");
  CHECK(from_hex("009fA0fF") == bytes);
  CHECK(from_hex("").empty());
}

TEST_CASE("text that is no hexadecimal is refused with its position and without itself") {
  struct Row {
    const char* text;
    const char* part;
  };
  for (const Row& row :
       {Row{"0", "odd"}, Row{"0G", "position 2"}, Row{"00 1", "position 3"}, Row{"\xC3\xA4", "position 1"}}) {
    CAPTURE(row.text);
    try {
      from_hex(row.text);
      FAIL("taken");
    } catch (const Error& error) {
      CHECK(error.code() == Code::malformed);
      CHECK(error.message().find(row.part) != std::string::npos);
      CHECK(error.message().find(row.text) == std::string::npos);
    }
  }
}

TEST_CASE("big-endian integers") {
  Bytes out;
  append_be16(out, 0x0102);
  append_be32(out, 0x03040506);
  append_be64(out, 0x0708090A0B0C0D0E);
  CHECK(to_hex(out) == "0102030405060708090A0B0C0D0E");
  CHECK(be16(out) == 0x0102);
  CHECK(be32(ByteView(out).subspan(2)) == 0x03040506);
  CHECK(be64(ByteView(out).subspan(6)) == 0x0708090A0B0C0D0E);
  CHECK_THROWS_AS(be16(ByteView(out).first(1)), Error);
}

TEST_CASE("a slice stays inside") {
  const Bytes bytes{1, 2, 3};
  CHECK(slice(bytes, 1, 2).size() == 2);
  CHECK(slice(bytes, 3, 0).empty());
  CHECK_THROWS_AS(slice(bytes, 2, 2), Error);
  CHECK_THROWS_AS(slice(bytes, 4, 0), Error);
  CHECK_THROWS_AS(slice(bytes, 1, static_cast<std::size_t>(-1)), Error);
}

TEST_CASE("constant-time comparison finds every difference") {
  const Bytes a{1, 2, 3, 4};
  CHECK(equal_constant_time(a, a));
  CHECK_FALSE(equal_constant_time(a, ByteView(a).first(3)));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes b = a;
      b[i] = static_cast<std::uint8_t>(b[i] ^ (1 << bit));
      CHECK_FALSE(equal_constant_time(a, b));
    }
}

TEST_CASE("an instant as text") {
  CHECK(to_text(Instant{}) == "1970-01-01T00:00:00Z");
  CHECK(to_text(Instant{std::chrono::seconds{951782399}}) == "2000-02-28T23:59:59Z");
  CHECK(to_text(Instant{std::chrono::seconds{951782400}}) == "2000-02-29T00:00:00Z");
}
