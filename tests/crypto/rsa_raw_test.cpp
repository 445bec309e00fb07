#include "crypto/rsa_raw.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/vectors.hpp"

namespace perso::crypto {
namespace {

TEST_CASE("rsa_raw: signatures that were computed elsewhere") {
  for (const auto& vector : perso::test::load_vectors("active-authentication.vec")) {
    CAPTURE(vector.name);
    CHECK(to_hex(rsa_raw(vector.hex("Modulus"), Secret(vector.hex("PrivateExponent")),
                         vector.hex("Representative"))) == vector.text("Signature"));
  }
}

TEST_CASE("rsa_raw: the answer is as long as the modulus") {
  CHECK(to_hex(rsa_raw(from_hex("FFF1"), Secret(from_hex("03")), from_hex("02"))) == "0008");
  CHECK(to_hex(rsa_raw(from_hex("FFF1"), Secret(from_hex("00")), from_hex("02"))) == "0001");
  CHECK(to_hex(rsa_raw(from_hex("FFF1"), Secret(from_hex("03")), from_hex("FFF0"))) == "FFF0");
}

TEST_CASE("rsa_raw: numbers that it refuses") {
  const struct {
    const char *modulus, *input;
  } cases[] = {{"FFF1", "FFF1"}, {"FFF1", "01FFF0"}, {"FFF0", "02"}, {"00F1", "02"}, {"", "02"}};
  for (const auto& each : cases) {
    CAPTURE(each.modulus);
    CHECK_THROWS_AS(rsa_raw(from_hex(each.modulus), Secret(from_hex("03")), from_hex(each.input)), Error);
  }
}

}  // namespace
}  // namespace perso::crypto
