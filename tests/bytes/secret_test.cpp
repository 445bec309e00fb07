#include "bytes/secret.hpp"

#include <doctest/doctest.h>

#include <type_traits>
#include <utility>

using namespace perso;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};
static_assert(!Printable<Secret> && !Comparable<Secret>);

TEST_CASE("a secret is moved, never copied") {
  Bytes source{1, 2, 3};
  Secret secret(std::move(source));
  CHECK(source.empty());
  Secret other(std::move(secret));
  CHECK(secret.empty());
  CHECK(other.size() == 3);
  secret = std::move(other);
  CHECK(other.empty());
  CHECK(to_hex(secret.expose()) == "010203");
}

TEST_CASE("wiping overwrites every byte") {
  Bytes bytes(33, 0xAA);
  wipe(bytes);
  CHECK(bytes == Bytes(33, 0));
}

TEST_CASE("a buffer is wiped at the end of the scope, also where that is left by an error") {
  Bytes bytes;
  try {
    const WipedAtEnd wiped(bytes);
    bytes.assign(33, 0xAA);
    throw 1;
  } catch (int) {
  }
  CHECK(bytes == Bytes(33, 0));
}
