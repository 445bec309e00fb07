#include "crypto/asn1.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/told.hpp"

using namespace perso;
using namespace perso::crypto;

namespace {

tlv::Element element(const Bytes& der) {
  return tlv::single(der);
}

}  // namespace

TEST_CASE("object identifiers") {
  // X.690 8.19.5's example, and identifiers of ICAO and RFC 5652.
  const std::pair<std::string, std::string> cases[] = {{"2.999.3", "0603883703"},
                                                       {"2.23.136.1.1.1",
                                                        "060667810801"
                                                        "0101"},
                                                       {"1.2.840.113549.1.7.2", "06092A864886F70D010702"},
                                                       {"0.39.4294967295", "0606278FFFFFFF7F"}};
  for (const auto& [text, hex] : cases) {
    const std::string& dotted = text;
    CAPTURE(dotted);
    CHECK(to_hex(asn1::oid(dotted)) == hex);
    CHECK(asn1::read_oid(element(from_hex(hex))) == dotted);
  }
  for (const std::string text :
       {"", "1", "1.", "1.2.", "3.1", "1.40", "1.2.x", "1.2.4294967296", "1..2", "-1.2", "1.2 "}) {
    CAPTURE(text);
    CHECK_THROWS_AS(asn1::oid(text), Error);
  }
  for (const std::string hex : {"0600", "06022A80", "06032A8001", "06062A9080808000", "040100"}) {
    CAPTURE(hex);
    const Bytes der = from_hex(hex);
    CHECK_THROWS_AS(asn1::read_oid(element(der)), Error);
  }
}

TEST_CASE("numbers are shortest and not negative") {
  const std::pair<std::string, std::string> cases[] = {{"", "020100"},     {"00", "020100"},
                                                       {"7F", "02017F"},   {"80", "02020080"},
                                                       {"0001", "020101"}, {"0100", "02020100"}};
  for (const auto& [magnitude, der] : cases) CHECK(to_hex(asn1::integer(from_hex(magnitude))) == der);
  const Bytes zero = from_hex("020100"), high = from_hex("02020080");
  CHECK(asn1::read_integer(element(zero)).empty());
  CHECK(to_hex(asn1::read_integer(element(high))) == "80");
  for (const std::string hex : {"0200", "020180", "02020001", "040100"}) {
    const Bytes der = from_hex(hex);
    CHECK_THROWS_AS(asn1::read_integer(element(der)), Error);
  }
}

TEST_CASE("times change form between 2049 and 2050") {
  using namespace std::chrono;
  NoDeviations none;
  const Instant latest = sys_days(2050y / 1 / 1) - seconds(1);
  CHECK(as_text(element(asn1::time(latest)).value) == "491231235959Z");
  CHECK(as_text(element(asn1::time(latest + seconds(1))).value) == "20500101000000Z");
  CHECK(as_text(element(asn1::generalized_time(latest)).value) == "20491231235959Z");
  for (const Instant instant :
       {latest, latest + seconds(1), Instant(sys_days(1950y / 1 / 1)), Instant(sys_days(2024y / 2 / 29))}) {
    const Bytes der = asn1::time(instant);
    CHECK(asn1::read_time(element(der), none) == instant);
  }
  const std::pair<tlv::Tag, std::string> wrong[] = {{asn1::tag::utc_time, "4912312359Z"},
                                                    {asn1::tag::utc_time, "491231235959+0000"},
                                                    {asn1::tag::utc_time, "491331235959Z"},
                                                    {asn1::tag::utc_time, "230229000000Z"},
                                                    {asn1::tag::utc_time, "230228240000Z"},
                                                    {asn1::tag::utc_time, "23022800:000Z"},
                                                    {asn1::tag::generalized_time, "20490101000000Z"},
                                                    {asn1::tag::generalized_time, "20500101000000.5Z"},
                                                    {asn1::tag::octet_string, "491231235959Z"}};
  for (const auto& [tag, value] : wrong) {
    const std::string& text = value;
    CAPTURE(text);
    const Bytes der = tlv::encode(tag, as_bytes(text));
    CHECK_THROWS_AS(asn1::read_time(element(der), none), Error);
  }
}

TEST_CASE("times that break the rules, and mean a time all the same") {
  using namespace std::chrono;
  const Instant instant = sys_days(2030y / 5 / 6) + hours(7) + minutes(8);
  const std::pair<tlv::Tag, std::string> told[] = {{asn1::tag::utc_time, "3005060708Z"},
                                                   {asn1::tag::utc_time, "300506070800+0000"},
                                                   {asn1::tag::utc_time, "300506090800+0200"},
                                                   {asn1::tag::utc_time, "3005060538-0130"},
                                                   {asn1::tag::generalized_time, "20300506070800Z"},
                                                   {asn1::tag::generalized_time, "20300506070800.125Z"}};
  for (const auto& [tag, value] : told) {
    const std::string& text = value;
    CAPTURE(text);
    test::Told deviations;
    const Bytes der = tlv::encode(tag, as_bytes(text));
    CHECK(asn1::read_time(element(der), deviations) == instant);
    CHECK_FALSE(deviations.sentences.empty());
  }
  for (const std::string text : {"300506070800", "300506070800+2500", "300506070800+00", "30050607080Z", "Z",
                                 "300506070800ZZ", "300506070860Z", ""}) {
    CAPTURE(text);
    test::Told deviations;
    CHECK_THROWS_AS(asn1::read_time(element(tlv::encode(asn1::tag::utc_time, as_bytes(text))), deviations),
                    Error);
  }
}

TEST_CASE("truth values: TRUE is FF, and FALSE is left out") {
  NoDeviations none;
  test::Told told;
  CHECK(asn1::read_boolean(element(from_hex("0101FF")), none));
  for (const std::string hex : {"010101", "010100"}) {
    const Bytes der = from_hex(hex);
    CHECK(asn1::read_boolean(element(der), told) == (hex == "010101"));
    CHECK_THROWS_AS(asn1::read_boolean(element(der), none), Error);
  }
  CHECK(told.sentences.size() == 2);
  CHECK_THROWS_AS(asn1::read_boolean(element(from_hex("0102FFFF")), told), Error);
}

TEST_CASE("a SET OF is in ascending order") {
  const Bytes set = asn1::set_of({from_hex("020105"), from_hex("0101FF"), from_hex("02020100")});
  CHECK(to_hex(set) == "310A0101FF02010502020100");
  CHECK(asn1::sorted(element(set).value));
  CHECK_FALSE(asn1::sorted(from_hex("0201050101FF")));
}
