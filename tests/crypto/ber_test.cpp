#include "crypto/ber.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

Bytes nested(int levels, const std::string& head, const std::string& tail) {
  std::string hex;
  for (int i = 0; i < levels; ++i) hex = head + hex + tail;
  return from_hex(hex);
}

}  // namespace

TEST_CASE("DER comes back as it is, and nothing is told") {
  NoDeviations none;
  for (const std::string& hex :
       {std::string("0500"), std::string("3000"), std::string("30060201050101FF"),
        std::string("040401020304"), std::string("7F21020500"), "308183048180" + std::string(256, '0')}) {
    CAPTURE(hex);
    const Bytes der = from_hex(hex);
    CHECK(asn1::to_der(der, none) == der);
  }
}

TEST_CASE("lengths and strings in pieces are told and brought into DER") {
  const std::pair<std::string, std::string> cases[] = {
      {"30800201050000", "3003020105"},
      {"308103020105", "3003020105"},
      {"30840000000402810105", "3003020105"},
      {"A08030800201050000040100"
       "0000",
       "A0083003020105040100"},
      {"2480040101040202030000", "0403010203"},
      {"24060402010204"
       "00",
       "04020102"},
      {"2480240404020102040103"
       "0000",
       "0403010203"},
      {"3100", "3100"},
      {"31800000", "3100"},
      {"7F21800500"
       "0000",
       "7F21020500"},
  };
  for (const auto& entry : cases) {
    CAPTURE(entry.first);
    test::Told told;
    CHECK(to_hex(asn1::to_der(from_hex(entry.first), told)) == entry.second);
    CHECK(told.sentences.empty() == (entry.first == entry.second));
    if (entry.first != entry.second) {
      NoDeviations none;
      CHECK_THROWS_AS(asn1::to_der(from_hex(entry.first), none), Error);
    }
  }
}

TEST_CASE("what is no BER is refused") {
  test::Told told;
  for (const std::string hex : {"", "30", "3080", "308002010500", "30800201", "0480010000", "3003020105FF",
                                "3004020105", "308000", "30FF01", "2403020105", "24800201050000", "1F",
                                "1FFFFFFFFF7F00", "3089000000000000000000", "3088FFFFFFFFFFFFFFFF"}) {
    CAPTURE(hex);
    CHECK_THROWS_AS(asn1::to_der(from_hex(hex), told), Error);
  }
  CHECK_NOTHROW(asn1::to_der(nested(32, "3080", "0000"), told));
  CHECK_THROWS_AS(asn1::to_der(nested(33, "3080", "0000"), told), Error);
}

TEST_CASE("the first element inside stands as it was received") {
  CHECK(to_hex(asn1::first_inside(from_hex("3006020105020106"))) == "020105");
  CHECK(to_hex(asn1::first_inside(from_hex("308030800201050000020106"
                                           "0000"))) == "30800201050000");
  CHECK_THROWS_AS(asn1::first_inside(from_hex("0401FF")), Error);
  CHECK_THROWS_AS(asn1::first_inside(from_hex("3000")), Error);
}
